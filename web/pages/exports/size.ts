const units = ['bytes', 'kB', 'MB', 'GB'] as const;

/** `1.4 MB`, which no line breaks. */
export function sizeOf(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const figure = bytes / 1000 ** power;
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: power === 0 ? 0 : 1 }).format(figure)}\u00A0${units[power]}`;
}
