declare module 'swagger-ui-dist/absolute-path.js' {
  /** Folder of the built files. The package's index would load them, a megabyte of browser code, into this process. */
  export default function absolutePath(): string;
}
