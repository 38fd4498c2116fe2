export interface Documented {
  name: string;
  /** The comment right above it, as one line; empty when it has none. */
  comment: string;
}

/** What a source declares on lines that match `declaration` (group `name`), each with its doc comment. */
export function documented(source: string, declaration: RegExp): Documented[] {
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    const name = declaration.exec(line)?.groups?.name;
    return name === undefined ? [] : [{ name, comment: commentAbove(lines, index) }];
  });
}

function commentAbove(lines: readonly string[], index: number): string {
  const last = lines[index - 1]?.trimEnd() ?? '';
  if (!last.endsWith('*/')) return '';
  let first = index - 1;
  while (first > 0 && !lines[first]?.trimStart().startsWith('/**')) first -= 1;
  return lines
    .slice(first, index)
    .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*)\s?/, '').replace(/\s*\*\/\s*$/, ''))
    .filter((line) => line !== '')
    .join(' ');
}
