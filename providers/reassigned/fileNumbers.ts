import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import type { ReassignedNumbers } from './reassignedNumbers.ts';

/** How often the file is looked at for a new one, in ms. */
const lookEveryMs = 10_000;

/**
 * Reassigned numbers from a file of the operator's: a number a line, a comma, and the day on which it was last disconnected (ISO). A number
 * that is not in it has had no other holder as far as the file goes. A file that cannot be read throws: a call is then not cleared.
 */
export function reassignedInFile(path: string, monotonicMs: () => number): ReassignedNumbers {
  let loaded: { stamp: string; lookedAt: number; days: Promise<ReadonlyMap<string, string>> } | undefined;

  async function current(): Promise<ReadonlyMap<string, string>> {
    if (loaded && monotonicMs() - loaded.lookedAt < lookEveryMs) return loaded.days;
    const { size, mtimeMs } = await stat(path);
    const stamp = `${size} ${mtimeMs}`;
    if (loaded?.stamp === stamp) loaded.lookedAt = monotonicMs();
    else loaded = { stamp, lookedAt: monotonicMs(), days: read(path) };
    const { days } = loaded;
    return days.catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
  }

  return {
    async sinceThen(e164, since) {
      const day = (await current()).get(e164);
      return day !== undefined && day >= since.toISOString().slice(0, 10) ? 'yes' : 'no';
    },
  };
}

async function read(path: string): Promise<ReadonlyMap<string, string>> {
  const days = new Map<string, string>();
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    at += 1;
    if (line.trim() === '') continue;
    const [text = '', day = ''] = line.split(',').map((cell) => cell.trim());
    const number = phoneNumber(text);
    if (number === null || !/^\d{4}-\d\d-\d\d$/.test(day)) {
      if (at === 1) continue; // a heading
      throw new Error(`Line ${at} of ${path} is no number with the day of its disconnection.`);
    }
    const known = days.get(number);
    if (known === undefined || known < day) days.set(number, day);
  }
  return days;
}
