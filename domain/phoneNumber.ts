/**
 * A telephone number as people write it, in E.164; null when it is none. Without a country code it is a North American one. An
 * extension is dropped: the lists know lines, not desks.
 */
export function phoneNumber(text: string): string | null {
  const line = text.replace(/\s*(?:x|ext)\.?\s*\d+\s*$/i, '');
  if (!/^[\s\d().+/-]*$/.test(line)) return null;
  const digits = line.replace(/\D/g, '');
  if (line.trim().startsWith('+')) return /^[1-9]\d{7,14}$/.test(digits) ? `+${digits}` : null;
  const national = /^1?([2-9]\d{2}[2-9]\d{6})$/.exec(digits)?.[1];
  return national === undefined ? null : `+1${national}`;
}

/** The parts under which the do-not-call registries keep a North American number; null for any other. */
export function registryPlace(e164: string): { areaCode: string; exchange: number; line: number } | null {
  const [, areaCode, exchange, line] = /^\+1([2-9]\d\d)([2-9]\d\d)(\d{4})$/.exec(e164) ?? [];
  return areaCode === undefined ? null : { areaCode, exchange: Number(exchange), line: Number(line) };
}
