import { Context } from '@temporalio/activity';
import { type Forward, giveUpForwards, markForwarded, nextForwardMs, takeForward } from '../db/forwarding.ts';
import { type MailboxSettings, mailboxSettings } from '../db/messages.ts';
import type { Database } from '../db/transaction.ts';
import { loadDkimKey } from '../providers/mail/dkim.ts';
import { guardedServer } from '../providers/mail/guardedServer.ts';
import { forwardReply } from '../providers/mail/forward.ts';
import type { OutboundGuard } from '../providers/outboundGuard.ts';
import type { Vault } from '../providers/vault.ts';
import { serverOf } from './mail/serverOf.ts';

/** A server that hangs must not keep the others of the mailbox from going. */
const limits = { connectMs: 5_000, answerMs: 10_000, messageMs: 20_000 };
/** A call returns after so long even if more is due: the workflow calls again. */
const turnMs = 50_000;

export interface ForwardingDependencies {
  db: Database;
  vault: Vault;
  outbound: OutboundGuard;
  monotonicMs(): number;
  /** For the Date header. */
  now(): Date;
}

/** What a mailbox's sender asks of the world for the replies that came in to its messages. */
export function forwardingActivities({ db, vault, outbound, monotonicMs, now }: ForwardingDependencies) {
  return {
    /**
     * Sends the replies that wait on to the mailbox's owner, at least once each: an attempt is counted before it is made. Answers the real
     * milliseconds until the next attempt, 0 when the last one has just gone or failed for good: the mailbox may have no work left.
     */
    async forwardReplies(tenantId: string, mailboxId: string): Promise<number> {
      const endsAt = monotonicMs() + turnMs;
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 2_000);
      try {
        const settings = await db.inTenant(tenantId, (tx) => mailboxSettings(tx, mailboxId));
        while (!context.cancellationSignal.aborted && monotonicMs() < endsAt) {
          const reply = await db.inTenant(tenantId, (tx) => takeForward(tx, mailboxId));
          if (!reply) break;
          const isForwarded = await attempt(tenantId, settings, reply);
          await db.inTenant(tenantId, (tx) =>
            isForwarded ? markForwarded(tx, reply.inboundId) : giveUpForwards(tx, mailboxId, reply.inboundId),
          );
        }
        return await db.inTenant(tenantId, async (tx) => {
          await giveUpForwards(tx, mailboxId, null);
          return (await nextForwardMs(tx, mailboxId)) ?? 0;
        });
      } finally {
        clearInterval(beat);
      }
    },
  };

  async function attempt(tenantId: string, settings: MailboxSettings, reply: Forward): Promise<boolean> {
    const { inboundId: id, kind, fromAddress, personName, repName, repAddress, subject, words, raw } = reply;
    const privateKeyPem = vault.decrypt(settings.dkimSecret, { tenantId, column: 'mailboxes.dkim_secret' }).toString();
    const dkim = loadDkimKey({ domain: settings.dkimDomain, selector: settings.dkimSelector, privateKeyPem });
    try {
      const server = await guardedServer(outbound, { ...serverOf(vault, tenantId, settings), limits });
      await forwardReply(server, dkim, {
        id,
        from: settings.address,
        to: { name: repName, address: repAddress },
        person: { name: personName, address: fromAddress },
        subject,
        words,
        asksToStop: kind === 'stop_request',
        raw,
        sentAt: now(),
      });
      return true;
    } catch (error) {
      // The server's words may hold an address, and no history may: the code alone says enough.
      const { code, responseCode } = error as { code?: string; responseCode?: number };
      Context.current().log.warn('a reply could not be forwarded', { inboundId: id, code, responseCode });
      return false;
    }
  }
}
export type ForwardingActivities = ReturnType<typeof forwardingActivities>;
