import type { Database } from './transaction.ts';

/** So many turns within so many seconds, each coming back by itself: nobody is kept out for good, and nobody gets two spans' worth at once. */
export interface Limit {
  readonly turns: number;
  readonly seconds: number;
}

/** Takes a turn; answers 0, or the seconds until there is one again. One row for all processes, by the database's clock. */
export async function takeTurn(db: Database, key: Buffer, { turns, seconds }: Limit): Promise<number> {
  const [taken] = await db.lookUp<{ wait: number }>(`select decorum.take_turn($1, $2, $3) as wait`, [key, turns, seconds]);
  return taken?.wait ?? 0;
}

/** Gives all turns back. */
export async function forgive(db: Database, key: Buffer): Promise<void> {
  await db.lookUp(`select decorum.forgive($1)`, [key]);
}
