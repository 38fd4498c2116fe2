/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Which part of a file a Range header asks for (RFC 9110, 14.2): null is the whole, also for a form that is not known or several parts at
 * once, which may be ignored; `none` is a part that the file does not have.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'none' | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  const last = size - 1;
  if (from === '') return to === '0' || size === 0 ? 'none' : { from: Math.max(0, size - Number(to)), to: last };
  if (to !== '' && Number(to) < Number(from)) return null;
  return Number(from) > last ? 'none' : { from: Number(from), to: to === '' ? last : Math.min(Number(to), last) };
}
