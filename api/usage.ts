import type { Request } from 'express';
import { noteUse, type Use } from '../db/usage.ts';
import { browserKind } from '../domain/browserKind.ts';
import type { Dependencies } from './dependencies.ts';
import type { Route, Who } from './route.ts';

/** How somebody came to a page or a feature (P1: usage data). */
export function useOf(
  who: Who,
  kind: Use['kind'],
  name: string,
  { ip, userAgent }: { ip: string; userAgent: string | undefined },
): Use {
  return { userId: who.userId, kind, name, address: ip.slice(0, 45), browser: browserKind(userAgent) };
}

/**
 * A feature was used: a person, not a program with a token, changed something with it. Of less worth than the answer, so it does not wait
 * for the disk.
 */
export async function noteFeature(
  deps: Pick<Dependencies, 'db' | 'log'>,
  route: Route,
  who: Who | null,
  request: Request,
): Promise<void> {
  if (!who?.session || route.method === 'get' || route.tag === 'Usage' || route.tag === 'Session') return;
  const use = useOf(who, 'feature', `${route.method} ${route.path}`, {
    ip: request.ip ?? '',
    userAgent: request.get('user-agent'),
  });
  await deps.db
    .inTenant(who.tenantId, (tx) => noteUse(tx, use), { mayBeLost: true })
    .catch((error: unknown) => deps.log.warn({ err: error }, 'a use could not be noted')); // what was asked for is done all the same
}
