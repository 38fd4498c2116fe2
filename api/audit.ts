import { createHmac } from 'node:crypto';
import { actsAs, audited, hasEntry } from '../db/audit/log.ts';
import type { Database, Tx } from '../db/transaction.ts';
import type { Dependencies } from './dependencies.ts';
import { placeOf } from './limits.ts';
import type { Route, Who } from './route.ts';

/** What is in no workspace's audit log, and why. */
const apart: ReadonlySet<string> = new Set([
  'post /usage/pages', // a look at a page changes nothing; usage data is kept by itself, and not for long
  'post /inbound', // mail that came in is nobody's doing; opt-outs must never wait for one another
]);

/** Whatever changes something, and whatever leaves the house as a file. */
export function isAudited({ method, path, reply }: Route): boolean {
  return (method !== 'get' || reply.mediaType !== undefined) && !apart.has(`${method} ${path}`);
}

interface Asked {
  readonly route: Route;
  readonly params: Record<string, unknown>;
  readonly who: Who | null;
  readonly ip: string;
}

/**
 * The databases for the handler of one request: the first transaction of theirs that writes takes the entry of the audit log with it, so no
 * route can forget it. `answered` leaves the entry of a request that wrote nothing.
 */
export function auditing(deps: Dependencies, asked: Asked) {
  if (!isAudited(asked.route)) return { deps, answered: () => Promise.resolve() };
  const { route, who, ip } = asked;
  const via = who === null ? 'public' : who.session === null ? 'token' : 'session';
  let isLeft = false;

  const begin = (tx: Tx) => actsAs(tx, { via, userId: who?.userId ?? null, place: placeHash(deps.addressKey, tx.tenantId, ip) });
  const leave = (tx: Tx, result: unknown) =>
    audited(tx, { action: `${route.method} ${route.path}`, ...subjectOf(asked, result) });

  function over(db: Database): Database {
    return {
      ...db,
      async inTenant(tenantId, work, options) {
        let leaves = false;
        const result = await db.inTenant(
          tenantId,
          async (tx) => {
            begin(tx);
            const result = await work(tx);
            leaves = !isLeft && (who === null || who.tenantId === tenantId) && !hasEntry(tx) && (await hasWritten(tx));
            if (leaves) await leave(tx, result);
            return result;
          },
          options,
        );
        isLeft ||= leaves; // only now: what was rolled back has left nothing
        return result;
      },
    };
  }

  return {
    deps: { ...deps, db: over(deps.db), stops: over(deps.stops) },
    async answered(reply: unknown): Promise<void> {
      if (isLeft || who === null) return;
      await deps.db.inTenant(who.tenantId, async (tx) => {
        begin(tx);
        await leave(tx, reply);
      });
      isLeft = true;
    },
  };
}

/** PostgreSQL gives a transaction its number when it first changes or locks a row. */
async function hasWritten(tx: Tx): Promise<boolean> {
  return (await tx.row<{ has: boolean }>(`select pg_current_xact_id_if_assigned() is not null as has`)).has;
}

/** What was done to: the last id of the address, or the id that a creation answered. */
function subjectOf({ route, params }: Asked, result: unknown): { subjectKind: string; subjectId: string | null } {
  const name = [...route.path.matchAll(/\{(\w+)\}/g)].at(-1)?.[1];
  if (name !== undefined) return { subjectKind: name.replace(/Id$/, ''), subjectId: idIn(params[name]) };
  const made = result !== null && typeof result === 'object' && 'id' in result ? result.id : null;
  return { subjectKind: route.path.slice(route.path.lastIndexOf('/') + 1), subjectId: idIn(made) };
}

/** Ids only: what could be a name or an address is left out. */
function idIn(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d{1,12}|[A-Z]{2})$/i.test(text) ? text : null;
}

/** Two entries from one place can be told to be so, and neither says which place. */
function placeHash(key: Buffer, tenantId: string, ip: string): Buffer {
  return createHmac('sha256', key)
    .update(`audit:${tenantId}:${placeOf(ip)}`)
    .digest()
    .subarray(0, 16);
}
