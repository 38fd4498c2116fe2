import type { Tx } from '../transaction.ts';

/** A backup from which somebody could still be restored. */
export interface Holding {
  id: string;
  takenAt: Date;
  expiresAt: Date;
}

/** The backups in the catalogue that could restore what was erased at that instant: taken before it, and not destroyed. */
export function backupsHolding(tx: Pick<Tx, 'rows'>, { erasedAt }: { erasedAt: Date }): Promise<Holding[]> {
  return tx.rows<Holding>(
    `select id, taken_at as "takenAt", expires_at as "expiresAt" from backups
     where destroyed_at is null and taken_at <= $1 order by taken_at`,
    [erasedAt],
  );
}
