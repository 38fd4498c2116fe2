import type { Tx } from '../transaction.ts';

/**
 * A person is being erased: from here on no archive has them (P7). What is there is deleted, and can be asked for again; what is being
 * written of the account begins anew.
 */
export async function forgetInArchives(tx: Tx, personId: string): Promise<void> {
  // Whoever is just writing a piece, or ending an archive, comes to an end first: what they leave is found below.
  await tx.run(`select from exports where state in ('asked', 'running', 'done') order by id for update`);
  const ended = await tx.rows<{ id: string }>(
    `update exports set state = case when state = 'done' then 'expired' else 'cancelled' end
     where state = 'done' or (contact_id = $1 and state in ('asked', 'running')) returning id`,
    [personId],
  );
  const renewed = await tx.rows<{ id: string }>(
    `update exports set state = 'asked', plan = null, file = 0, after = null, file_from = null, file_rows = 0, rows_planned = 0, rows_written = 0, bytes = 0
     where state = 'running' returning id`,
  );
  const ids = [...ended, ...renewed].map(({ id }) => id);
  await tx.run(`delete from export_chunks where export_id = any($1)`, [ids]);
  await tx.run(`delete from export_files where export_id = any($1)`, [renewed.map(({ id }) => id)]);
  await tx.run(`update obligations set state = 'void' where kind = 'export.ready' and subject_id = any($1) and state = 'open'`, [
    ended.map(({ id }) => id),
  ]);
}
