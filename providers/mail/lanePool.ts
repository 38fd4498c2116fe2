import { createHash } from 'node:crypto';
import { connectSmtp, type SmtpServer } from './smtpConnect.ts';
import type { SmtpLane } from './smtpLane.ts';

/** What a message's sender asks of a connection. */
export type Lane = Pick<SmtpLane, 'isUsable' | 'prepare' | 'data' | 'abandon' | 'close'>;

/** Connections kept open between messages, by server and account: one mailbox's trouble never takes another's. */
export interface LanePool {
  /** False: whatever it takes goes nowhere (noTransport.ts), and only a rehearsal may use it. */
  readonly hasTransport: boolean;
  /** A connection of its own for the caller, who gives it back. Waits while all are taken. Throws SmtpConnectFailed. */
  take(server: SmtpServer): Promise<Lane>;
  giveBack(server: SmtpServer, lane: Lane): void;
  /** Closes what is idle, and what is given back from now on. */
  close(): void;
}

export interface PoolLimits {
  /** At most so many connections to one account at a time. */
  readonly perAccount: number;
  /** Servers close idle connections after minutes; we are gone before that. */
  readonly idleMs: number;
}

interface Account {
  taken: number;
  readonly idle: { lane: Lane; timer: NodeJS.Timeout }[];
  readonly waiting: (() => void)[];
}

export function lanePool(
  { perAccount, idleMs }: PoolLimits,
  connect: (server: SmtpServer) => Promise<SmtpLane> = connectSmtp,
): LanePool {
  const accounts = new Map<string, Account>();
  let isClosed = false;

  function accountOf(server: SmtpServer): Account {
    const key = keyOf(server);
    const account = accounts.get(key) ?? { taken: 0, idle: [], waiting: [] };
    accounts.set(key, account);
    return account;
  }

  function takeIdle(account: Account): Lane | null {
    for (let kept = account.idle.pop(); kept; kept = account.idle.pop()) {
      clearTimeout(kept.timer);
      if (kept.lane.isUsable) return kept.lane; // the newest first; what the server has closed meanwhile is dropped
    }
    return null;
  }

  function leave(server: SmtpServer, account: Account): void {
    const next = account.waiting.shift();
    if (next) return next(); // who waits takes over the place: nobody can slip in between
    account.taken -= 1;
    if (account.taken === 0 && account.idle.length === 0) accounts.delete(keyOf(server));
  }

  return {
    hasTransport: true,

    async take(server) {
      const account = accountOf(server);
      if (account.taken < perAccount) account.taken += 1;
      else await new Promise<void>((resolve) => account.waiting.push(resolve));
      const idle = takeIdle(account);
      if (idle) return idle;
      try {
        return await connect(server);
      } catch (error) {
        leave(server, account);
        throw error;
      }
    },

    giveBack(server, lane) {
      const account = accountOf(server);
      if (isClosed) lane.close();
      else if (lane.isUsable) {
        const timer = setTimeout(() => {
          account.idle.splice(
            account.idle.findIndex((kept) => kept.lane === lane),
            1,
          );
          lane.close();
          if (account.taken === 0 && account.idle.length === 0) accounts.delete(keyOf(server));
        }, idleMs);
        timer.unref();
        account.idle.push({ lane, timer });
      }
      leave(server, account);
    },

    close() {
      isClosed = true;
      for (const account of accounts.values()) {
        for (const { lane, timer } of account.idle.splice(0)) {
          clearTimeout(timer);
          lane.close();
        }
      }
    },
  };
}

/** With the password in it, hashed: after a change of credentials nobody is served by the old log-in. */
function keyOf({ host, port, secure, username, password }: SmtpServer): string {
  return createHash('sha256')
    .update(JSON.stringify([host, port, secure, username, password]))
    .digest('base64');
}
