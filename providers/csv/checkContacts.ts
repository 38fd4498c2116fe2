import { createReadStream } from 'node:fs';
import { type ContactField, layOut, mappingByContent, namesPeople } from '../../domain/contactHeadings.ts';
import { judgeRow } from '../../domain/contactRows.ts';
import { count, emptyTally, type Tally } from '../../domain/contactTally.ts';
import { DigestSet } from './digestSet.ts';
import { decoded, EncodingGuess } from './encoding.ts';
import { openTable } from './table.ts';

export interface ContactCheck extends Tally {
  delimiter: string;
  /** Empty when the file has none. */
  header: readonly string[];
  /** Whether a column for e-mail or phone was found at all. */
  namesPeople: boolean;
}

/** What an import of the file into an empty tenant would do. Reads it twice: its encoding is known only at its end. */
export async function checkContacts(
  file: string,
  mapping: (header: readonly string[]) => Record<number, ContactField>,
): Promise<ContactCheck> {
  const guess = new EncodingGuess();
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) guess.push(chunk);
  const table = await openTable(decoded(createReadStream(file), guess.end()));
  const layout = layOut(table.header, { ...(table.hasHeader ? {} : mappingByContent(table.sample)), ...mapping(table.header) });
  const tally = emptyTally();
  const seen = new DigestSet();
  for await (const rows of table.rows) {
    for (const cells of rows) {
      const row = judgeRow(cells, layout, (email) => seen.add(email));
      count(tally, row.outcome === 'rejected' ? row.reason : row.outcome);
    }
  }
  return { ...tally, delimiter: table.delimiter, header: table.hasHeader ? table.header : [], namesPeople: namesPeople(layout) };
}
