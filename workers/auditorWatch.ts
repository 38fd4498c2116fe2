import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { silentAfter } from '../db/auditor/invariants.ts';
import type { Database } from '../db/transaction.ts';
import { sendSystemMail, type SystemMail } from '../providers/mail/systemMail.ts';

const roundMs = 60_000;

export interface WatchWorld {
  db: Database;
  mail?: SystemMail | undefined;
  alarmTo?: string | undefined;
  publicUrl: string;
  log: Logger;
  now(): Date;
}

/** Watches the one who watches, until aborted; after a first pause, so that an auditor that starts beside this process is not missed yet. */
export async function watchAuditor(world: WatchWorld, signal: AbortSignal): Promise<void> {
  await sleep(3 * roundMs, undefined, { signal }).catch(() => undefined); // aborted: the loop does not begin
  while (!signal.aborted) {
    await noticeSilence(world).catch((error: unknown) =>
      world.log.warn({ err: error }, 'whether the auditor looks is not known; the next round asks again'),
    );
    await sleep(roundMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** Of all workers the one that notices first tells the operator, once a silence. Answers whether this was it. */
export async function noticeSilence({ db, mail, alarmTo, publicUrl, log, now }: WatchWorld): Promise<boolean> {
  const [noticed] = await db.lookUp<{ first: boolean }>(`select decorum.note_silence($1) as first`, [silentAfter]);
  if (!noticed?.first) return false;
  log.error(`the auditor has not looked for ${silentAfter}`);
  if (mail && alarmTo !== undefined) {
    await sendSystemMail(mail, {
      id: `auditor-silent.${now().getTime()}`,
      to: alarmTo,
      subject: 'Alarm: the auditor is silent',
      text: `The auditor has not looked for ${silentAfter}. Broken promises are not noticed: start it again.\n\n${publicUrl}/system\n\n-- \nDecorum\n`,
      sentAt: now(),
    });
  }
  return true;
}
