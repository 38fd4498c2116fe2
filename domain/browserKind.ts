/** In this order: most browsers say that they are others, too. */
const kinds = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d{1,4})/],
  ['Opera', /\bOPR\/(\d{1,4})/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d{1,4})/],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome)\/(\d{1,4})/],
  ['Safari', /\bVersion\/(\d{1,4})[\d.]* (?:Mobile\/\S+ )?Safari\//],
] as const;

/** Kind and version of a browser (P1: "browser type"), of all that it says of itself and its machine in User-Agent (RFC 9110, 10.1.5). */
export function browserKind(userAgent: string | undefined): string {
  for (const [name, pattern] of kinds) {
    const version = pattern.exec(userAgent ?? '')?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return 'other';
}
