import pino from 'pino';
import type { InvariantName, Seen } from '../../db/auditor/invariants.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { auditRound } from '../../workers/auditor/round.ts';
import type { World } from './world.ts';

export interface Finding {
  tenantId: string;
  subject: string;
  facts: Record<string, unknown>;
  mended: boolean;
}

/** The auditor over a world of a test, and what it has found there. */
export class Auditing {
  readonly watcher: Database;
  failing: () => Promise<Seen[]> = () => Promise.resolve([]);

  constructor(private readonly world: World) {
    this.watcher = openDatabase({ url: world.database.watcherUrl, max: 2 });
  }

  look(): Promise<void> {
    const { world, watcher } = this;
    return auditRound({
      watcher,
      failing: () => this.failing(),
      log: pino({ level: 'silent' }),
      monotonicMs: () => performance.now(),
      wallNow: () => world.now,
      now: () => Promise.resolve(world.now),
    });
  }

  async findings(name?: InvariantName): Promise<Finding[]> {
    const { rows } = await this.world.owner.query<Finding>(
      `select tenant_id as "tenantId", subject, facts, mended_at is not null as mended from auditor_findings
       where raised_at is not null and ($1::text is null or invariant = $1) order by first_seen_at`,
      [name ?? null],
    );
    return rows;
  }

  /** What is found now, and was not before. */
  async newly(name: InvariantName): Promise<string[]> {
    const known = new Set((await this.findings(name)).filter(({ mended }) => !mended).map(({ subject }) => subject));
    await this.look();
    return (await this.findings(name))
      .filter(({ subject, mended }) => !mended && !known.has(subject))
      .map(({ subject }) => subject);
  }
}
