import type { MailboxSettings, MessageFacts } from '../../db/messages.ts';
import { type LinkKeys, signLink, signMailLocalPart } from '../../providers/linkToken.ts';
import { compose, messageBytes } from '../../providers/mail/compose.ts';
import { type DkimKey, loadDkimKey, signDkim } from '../../providers/mail/dkim.ts';
import { MessageRefused } from '../../providers/mail/messageRefused.ts';
import type { Envelope } from '../../providers/mail/smtpLane.ts';
import { type TemplateRenderer, writeWords } from '../../providers/outreachWords.ts';
import { TemplateRefused } from '../../providers/templates.ts';
import type { Vault } from '../../providers/vault.ts';

/** A signed message, ready for the wire. */
export interface RenderedMessage {
  sendId: string;
  enrolmentId: string;
  step: number;
  messageId: string;
  envelope: Envelope;
  bytes: Buffer;
}

export interface Renderer {
  readonly tenantId: string;
  render(facts: MessageFacts, settings: MailboxSettings): Promise<RenderedMessage | { unrenderable: true }>;
}
export type RendererOf = (tenantId: string) => Renderer;

export interface RendererWorld {
  templates: TemplateRenderer;
  vault: Vault;
  linkKeys: LinkKeys;
  publicUrl: string;
  inboundDomain: string;
  /** For the Date header and the signature's time. */
  now(): Date;
}

/** Writes, composes and signs the messages of a tenant. */
export function rendererFor(world: RendererWorld): RendererOf {
  // The private key is parsed once for each mailbox and key: parsed anew for each message it would halve the rate.
  const dkimKeys = new Map<string, DkimKey>();

  function dkimKey(tenantId: string, settings: MailboxSettings): DkimKey {
    const known = dkimKeys.get(settings.dkimSecret);
    if (known) return known;
    const key = loadDkimKey({
      domain: settings.dkimDomain,
      selector: settings.dkimSelector,
      privateKeyPem: world.vault.decrypt(settings.dkimSecret, { tenantId, column: 'mailboxes.dkim_secret' }).toString(),
    });
    dkimKeys.set(settings.dkimSecret, key);
    return key;
  }

  return (tenantId) => ({
    tenantId,
    async render(facts, settings) {
      const step = facts.definition.steps[facts.step];
      if (step?.kind !== 'email') return { unrenderable: true };
      const { enrolmentId, sequenceId, addressHash, mailKey } = facts;
      const mailAddress = (kind: 'reply' | 'bounce' | 'unsubscribe') =>
        `${signMailLocalPart(world.linkKeys, { kind, mailKey, step: facts.step })}@${world.inboundDomain}`;
      const token = signLink(world.linkKeys, { kind: 'unsubscribe', tenantId, enrolmentId, sequenceId, addressHash });
      const unsubscribeUrl = `${world.publicUrl}/u/${token}`;
      try {
        const words = writeWords(world.templates, facts.definition.steps, step, {
          contact: facts.contact,
          sender: settings.sender,
          tenant: settings.tenant,
          unsubscribeUrl,
        });
        const messageId = `<${facts.sendId}@${settings.dkimDomain}>`;
        const sentAt = world.now();
        const composed = compose({
          from: { name: settings.fromName, address: settings.address },
          to: { name: `${facts.contact.firstName} ${facts.contact.lastName}`.trim(), address: facts.contact.email },
          replyTo: { name: settings.fromName, address: mailAddress('reply') },
          ...words,
          sentAt,
          messageId,
          inReplyTo: facts.thread.at(-1),
          references: facts.thread,
          unsubscribe: { url: unsubscribeUrl, mailto: `mailto:${mailAddress('unsubscribe')}?subject=${token}` },
          extra: { 'X-Decorum-Enrolment': enrolmentId, 'X-Decorum-Step': String(facts.step) },
        });
        const bytes = messageBytes(composed, await signDkim(composed, dkimKey(tenantId, settings), sentAt));
        return {
          sendId: facts.sendId,
          enrolmentId,
          step: facts.step,
          messageId,
          bytes,
          envelope: {
            from: mailAddress('bounce'),
            to: composed.envelopeTo,
            sizeBytes: bytes.length,
            smtpUtf8: composed.smtpUtf8,
          },
        };
      } catch (error) {
        if (error instanceof TemplateRefused || error instanceof MessageRefused) return { unrenderable: true }; // one bad row never stops a batch
        throw error;
      }
    },
  });
}
