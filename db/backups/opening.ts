import type pg from 'pg';

type Client = Pick<pg.Client, 'query'>;

export async function isOpen(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ open: boolean }>(`select exists (select from database_open) as open`);
  return rows[0]?.open === true;
}

/** The backup that a restored database came from: to its own snapshot each was still being taken. */
export async function ownBackup(client: Client): Promise<{ name: string; takenAt: Date } | undefined> {
  const { rows } = await client.query<{ name: string; takenAt: Date }>(
    `select name, taken_at as "takenAt" from backups order by state <> 'taking', taken_at desc limit 1`,
  );
  return rows[0];
}

/** As the owner, over all workspaces, in one transaction: nobody is inside yet. */
export async function goOn(client: Client): Promise<{ pausedMailboxes: number; workflows: number }> {
  await client.query('begin');
  const paused = await client.query(`update mailboxes set state = 'paused', paused_because = 'by_hand' where state = 'active'`);
  const owed = await client.query(`update outbox set delivered_at = null where state = 'open'`);
  await client.query('insert into database_open default values');
  await client.query('commit');
  return { pausedMailboxes: paused.rowCount ?? 0, workflows: owed.rowCount ?? 0 };
}
