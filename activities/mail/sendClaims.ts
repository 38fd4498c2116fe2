import type { Claim } from '../../db/claims.ts';
import type { Job } from './sendMessage.ts';

/** Messages of one claim. */
export interface ClaimedWork {
  /** Of the mailbox, to its mail server. */
  connections: number;
  jobs: readonly Job[];
}

/** Which rule keeps the mailbox from more right now. */
export type Held = Pick<Claim, 'heldBy'>;

export interface Turn {
  claimMore(): Promise<ClaimedWork | Held>;
  /** One message, gate to record; false: there is no way to the server. */
  send(job: Job): Promise<boolean>;
  /** Plans again what was claimed and not begun. */
  release(claimId: string): Promise<void>;
  /** The caller's time is up: no further message is begun. */
  isOver(): boolean;
}

export interface TurnEnd extends Held {
  sent: number;
  reachable: boolean;
}

/**
 * Sends claim after claim over as many connections as the mailbox has. The next claim is made while the last messages of the one before
 * leave, so that no connection waits for it. A connection records its message before it takes the next one: a process that dies leaves
 * no more messages unknown than it had connections.
 */
export async function sendClaims(turn: Turn): Promise<TurnEnd> {
  const queue: Job[] = [];
  const end: TurnEnd = { sent: 0, reachable: true, heldBy: null };
  const failures: unknown[] = [];
  let connections = 0;
  let isDry = false;
  let claiming = Promise.resolve();
  let isClaiming = false;

  async function claimMore(): Promise<void> {
    isClaiming = true;
    try {
      const more = await turn.claimMore();
      if ('jobs' in more) {
        queue.push(...more.jobs);
        connections = more.connections;
      } else {
        isDry = true;
        end.heldBy = more.heldBy;
      }
    } catch (error) {
      failures.push(error);
    }
    isClaiming = false;
  }

  const goesOn = () => end.reachable && failures.length === 0 && !turn.isOver();

  async function next(): Promise<Job | undefined> {
    while (goesOn() && !isDry && queue.length < 2 * connections) {
      if (!isClaiming) claiming = claimMore();
      if (queue.length > 0) break; // the claim is made while these leave
      await claiming;
    }
    return goesOn() ? queue.shift() : undefined;
  }

  async function connection(): Promise<void> {
    try {
      for (let job = await next(); job; job = await next()) {
        end.sent += 1;
        if (!(await turn.send(job))) end.reachable = false;
      }
    } catch (error) {
      failures.push(error);
    }
  }

  await claimMore();
  await Promise.all(Array.from({ length: connections }, connection)); // each ends what it has begun, whatever befalls another
  await claiming;
  for (const claimId of new Set(queue.map((job) => job.claimId))) await turn.release(claimId);
  if (failures.length > 0) throw failures[0];
  return end;
}
