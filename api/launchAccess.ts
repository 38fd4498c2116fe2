import { findLaunch, type ShownLaunch } from '../db/launchList.ts';
import type { Tx } from '../db/transaction.ts';
import { Problem } from './problem.ts';
import type { Who } from './route.ts';

export async function foundLaunch(tx: Tx, launchId: string): Promise<ShownLaunch> {
  const launch = await findLaunch(tx, launchId);
  if (!launch) throw new Problem('not-found', 'There is no such launch in this workspace.');
  return launch;
}

/** A rep acts on launches of their own; an owner on all. */
export async function ownLaunch(tx: Tx, who: Who, launchId: string): Promise<ShownLaunch> {
  const launch = await foundLaunch(tx, launchId);
  if (who.role === 'rep' && launch.createdBy !== who.userId) throw new Problem('forbidden', 'Another user launched this.');
  return launch;
}
