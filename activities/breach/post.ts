import type { MailboxSettings } from '../../db/messages.ts';
import { compose, messageBytes } from '../../providers/mail/compose.ts';
import { type DkimKey, loadDkimKey, signDkim } from '../../providers/mail/dkim.ts';
import type { LanePool } from '../../providers/mail/lanePool.ts';
import { MessageRefused } from '../../providers/mail/messageRefused.ts';
import { classifyAnswer } from '../../providers/mail/smtpAnswer.ts';
import { SmtpConnectFailed, type SmtpServer } from '../../providers/mail/smtpConnect.ts';
import { openWireWindow } from '../../providers/mail/wireWindow.ts';
import type { Vault } from '../../providers/vault.ts';
import { serverOf } from '../mail/serverOf.ts';

/** A message that the law wants sent: nothing of outreach's gates applies to it. */
export interface StatutoryMessage {
  /** Left of the @: the same message has the same id however often it is sent. */
  id: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  sentAt: Date;
  /** To whom it comes back; absent: to its sender. */
  bouncesTo?: string | undefined;
  extra: Record<string, string>;
}

export type Posted =
  | { outcome: 'sent'; messageId: string; answer: string }
  | { outcome: 'refused'; answer: string }
  | { outcome: 'retry'; answer: string; counts: boolean };

export type Post = (message: StatutoryMessage) => Promise<Posted>;

/** Sends over a mailbox, at least once: an answer that was lost counts as not sent. */
export function postOffice({ vault, pool }: { vault: Vault; pool: LanePool }, tenantId: string, mailbox: MailboxSettings): Post {
  const server: SmtpServer = serverOf(vault, tenantId, mailbox);
  const key: DkimKey = loadDkimKey({
    domain: mailbox.dkimDomain,
    selector: mailbox.dkimSelector,
    privateKeyPem: vault.decrypt(mailbox.dkimSecret, { tenantId, column: 'mailboxes.dkim_secret' }).toString(),
  });

  async function written(message: StatutoryMessage, messageId: string) {
    const composed = compose({
      from: { name: mailbox.fromName, address: mailbox.address },
      to: message.to,
      subject: message.subject,
      text: message.text,
      sentAt: message.sentAt,
      messageId,
      extra: message.extra,
    });
    const bytes = messageBytes(composed, await signDkim(composed, key, message.sentAt));
    const envelope = {
      from: message.bouncesTo ?? mailbox.address,
      to: composed.envelopeTo,
      sizeBytes: bytes.length,
      smtpUtf8: composed.smtpUtf8,
    };
    return { bytes, envelope };
  }

  return async (message) => {
    const messageId = `<${message.id}@${mailbox.dkimDomain}>`;
    let lane: Awaited<ReturnType<LanePool['take']>> | null = null;
    try {
      const { bytes, envelope } = await written(message, messageId);
      lane = await pool.take(server);
      const prepared = await lane.prepare(envelope);
      const outcome = prepared.outcome === 'ready' ? await lane.data(bytes, openWireWindow()) : prepared;
      switch (outcome.outcome) {
        case 'sent':
          return { outcome: 'sent', messageId, answer: '250' };
        case 'refused':
          return classifyAnswer(outcome, outcome.phase) === 'hardBounce'
            ? { outcome: 'refused', answer: String(outcome.code) }
            : { outcome: 'retry', answer: String(outcome.code), counts: true };
        default:
          return { outcome: 'retry', answer: outcome.reason, counts: false };
      }
    } catch (error) {
      if (error instanceof MessageRefused) return { outcome: 'refused', answer: 'no address to write to' };
      if (error instanceof SmtpConnectFailed) return { outcome: 'retry', answer: error.phase, counts: false };
      throw error;
    } finally {
      if (lane) pool.giveBack(server, lane);
    }
  };
}
