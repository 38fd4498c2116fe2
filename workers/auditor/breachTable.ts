import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { BreachTable } from '../../db/auditor/breachLines.ts';

/** The law of breaches as it lies in its file: what its cells mean is worked out in SQL, and by nothing that the product's own dates come from. */
export function readBreachTable(): BreachTable {
  const bytes = readFileSync(new URL('../../law/breach.csv', import.meta.url));
  const rows: unknown = parse(bytes, { bom: true, columns: true });
  return { rows, version: createHash('sha256').update(bytes).digest('hex').slice(0, 12) };
}
