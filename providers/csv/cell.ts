/** What a spreadsheet takes for the beginning of a formula, plain or full-width (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * One cell of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it, by which the program
 * takes it for the text that it is.
 */
export function csvCell(text: string | null, isText: boolean): string {
  if (text === null || text === '') return '';
  const guarded = isText && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** A line of cells with its end. */
export const csvLine = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;
