import { RegistryFileRefused } from './refused.ts';

interface RegistryLine {
  readonly areaCode: number;
  readonly exchange: number;
  readonly line: number;
  /** False: taken off the list, in a list of changes. */
  readonly isAdded: boolean;
}

const longestLine = 80;

/** Some numbers of a file, and how many of its lines have been read with them. */
export interface RegistryLines {
  readonly found: RegistryLine[];
  readonly linesRead: number;
}

/**
 * The lines of a registry's download: numbers of 7 digits (of the area code given) or 10, an area code and a number in two columns, and in a
 * list of changes a date and `A` or `D` behind. The first line that is anything else refuses the file, and a file without its last line's end
 * is taken as whole only when that line is. `skip`: lines that were taken in before.
 */
export async function* registryLines(
  bytes: AsyncIterable<Buffer>,
  { kind, areaCode, skip }: { kind: 'full' | 'changes'; areaCode: number | null; skip: number },
): AsyncGenerator<RegistryLines> {
  let rest = '';
  let at = 0;
  const read = (text: string): RegistryLine => {
    const cells = text.trim().split(/[\t,;]/);
    const flag = kind === 'changes' ? cells.pop()?.trim() : 'A';
    const given = /^\d{3}$/.test(cells[0] ?? '') && /^\d{7}$/.test(cells[1] ?? '') ? `${cells[0]}${cells[1]}` : (cells[0] ?? '');
    const digits = given.replaceAll(/[-\s().]/g, '');
    const whole = /^\d{7}$/.test(digits) && areaCode !== null ? `${areaCode}${digits}` : digits;
    const [, code, exchange, line] = /^([2-9]\d\d)([2-9]\d\d)(\d{4})$/.exec(whole) ?? [];
    if (code === undefined || (flag !== 'A' && flag !== 'D'))
      throw new RegistryFileRefused(`Line ${at} is no ${kind === 'changes' ? 'change of a number' : 'telephone number'}.`);
    if (areaCode !== null && Number(code) !== areaCode)
      throw new RegistryFileRefused(`Line ${at} is of area code ${code}, and the file of ${areaCode}.`);
    return { areaCode: Number(code), exchange: Number(exchange), line: Number(line), isAdded: flag === 'A' };
  };
  for await (const chunk of bytes) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new RegistryFileRefused(`Line ${at + lines.length + 1} is too long for a number.`);
    const found: RegistryLine[] = [];
    for (const text of lines) {
      at += 1;
      if (at > skip && text.trim() !== '') found.push(read(text));
    }
    yield { found, linesRead: at };
  }
  at += 1;
  yield { found: at > skip && rest.trim() !== '' ? [read(rest)] : [], linesRead: at };
}
