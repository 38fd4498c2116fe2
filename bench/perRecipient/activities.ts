import { randomBytes, randomUUID } from 'node:crypto';
import type { RendererOf } from '../../activities/mail/renderer.ts';
import { serverOf } from '../../activities/mail/serverOf.ts';
import { type ContactFacts, contactFactsSql, mailboxSettings, type MailboxSettings } from '../../db/messages.ts';
import type { Database } from '../../db/transaction.ts';
import type { Definition } from '../../domain/sequence.ts';
import type { LanePool } from '../../providers/mail/lanePool.ts';
import { openWireWindow } from '../../providers/mail/wireWindow.ts';
import type { Vault } from '../../providers/vault.ts';

/** Two activities for each person, with the product's own composing, signing and SMTP: what differs is the shape. */
export function perRecipientActivities(deps: {
  db: Database;
  vault: Vault;
  pool: LanePool;
  rendererOf: RendererOf;
  definition: Definition;
}) {
  const { db, pool } = deps;
  const mailboxes = new Map<string, Promise<MailboxSettings>>();

  return {
    /** Whether the person has opted out. */
    async mayWrite(tenantId: string, contactId: string): Promise<boolean> {
      const { allowed } = await db.inTenant(tenantId, (tx) =>
        tx.row<{ allowed: boolean }>(
          `select not exists (select from suppressions x where x.subject_hash in (c.address_hash, c.domain_hash)
             and x.channel in ('email', 'all') and x.scope_id = c.tenant_id) as allowed from contacts c where c.id = $1`,
          [contactId],
        ),
      );
      return allowed;
    },

    /** Writes the message, signs it, sends it, writes down that it has gone. */
    async write(tenantId: string, mailboxId: string, contactId: string): Promise<void> {
      const settings = await (mailboxes.get(mailboxId) ?? db.inTenant(tenantId, (tx) => mailboxSettings(tx, mailboxId)));
      mailboxes.set(mailboxId, Promise.resolve(settings));
      const { contact, addressHash } = await db.inTenant(tenantId, (tx) =>
        tx.row<{ contact: ContactFacts; addressHash: Buffer }>(
          `select ${contactFactsSql} as contact, c.address_hash as "addressHash" from contacts c where c.id = $1`,
          [contactId],
        ),
      );
      const message = await deps.rendererOf(tenantId).render(
        {
          sendId: randomUUID(),
          enrolmentId: contactId,
          sequenceId: mailboxId,
          step: 0,
          mailKey: randomBytes(10),
          addressHash,
          contact,
          definition: deps.definition,
          thread: [],
        },
        settings,
      );
      if ('unrenderable' in message) throw new Error('The message cannot be written.');
      const server = serverOf(deps.vault, tenantId, settings);
      const lane = await pool.take(server);
      try {
        const prepared = await lane.prepare(message.envelope);
        if (prepared.outcome !== 'ready') throw new Error(`The mail server is not ready: ${prepared.outcome}.`);
        const { outcome } = await lane.data(message.bytes, openWireWindow());
        if (outcome !== 'sent') throw new Error(`The message has not gone: ${outcome}.`);
      } finally {
        pool.giveBack(server, lane);
      }
      await db.inTenant(tenantId, (tx) =>
        tx.run(`insert into bench_written (tenant_id, contact_id, message_id) values ($1, $2, $3)`, [
          tenantId,
          contactId,
          message.messageId,
        ]),
      );
    },
  };
}
export type PerRecipientActivities = ReturnType<typeof perRecipientActivities>;
