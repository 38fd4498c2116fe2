import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type MailboxSettings, mailboxSettings } from '../../db/messages.ts';
import { findMailbox } from '../../db/mailboxes.ts';
import { type PreviewFacts, previewFacts, userAsSender } from '../../db/previews.ts';
import { findSequence, findVersion } from '../../db/sequences.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Tx } from '../../db/transaction.ts';
import { Definition, type VariantId, variantIds } from '../../domain/sequence.ts';
import { worded, wordingsOf } from '../../domain/variants.ts';
import { firstOpening, openingAfter } from '../../law/openings.ts';
import { compose, messageBytes } from '../../providers/mail/compose.ts';
import { loadDkimKey, signDkim } from '../../providers/mail/dkim.ts';
import { guardedServer } from '../../providers/mail/guardedServer.ts';
import { testSend } from '../../providers/mail/testSend.ts';
import { type Correspondence, type Words, writeWords } from '../../providers/outreachWords.ts';
import { TemplateRefused } from '../../providers/templates.ts';
import type { Dependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';
import { type Who, route } from '../route.ts';
import { PREVIEW } from '../unsubscribe.ts';
import { Id, Instant, VersionNumber } from '../shapes.ts';

const written = {
  subject: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  refusal: z.string().nullable().meta({ description: 'Why it cannot be written for this person.' }),
};
const Preview = z
  .object({
    steps: z.array(
      z.object({
        stepId: z.string(),
        kind: z.enum(['email', 'task', 'call']),
        ...written,
        variants: z
          .array(z.object({ variant: z.enum(variantIds), ...written }))
          .meta({ description: 'Every wording of a step that is tried in several, its own first; else empty.' }),
        earliestAt: Instant.nullable().meta({
          description: 'When it could go at the earliest if everything before goes on time; null: never.',
        }),
      }),
    ),
  })
  .meta({ id: 'Preview' });

const params = z.object({ sequenceId: Id });
const Version = VersionNumber.optional();

const preview = route({
  method: 'post',
  path: '/sequences/{sequenceId}/preview',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'What one contact would get, and when at the earliest; also of words that are not saved yet',
  params,
  body: z.strictObject({ contactId: Id, version: Version, definition: Definition.optional(), mailboxId: Id.optional() }),
  reply: { status: 200, schema: Preview },
  handle: ({ who, db, deps, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const saved = await savedDefinition(tx, params.sequenceId, body.version);
      const definition = body.definition ?? saved;
      const facts = await factsOf(tx, body.contactId);
      const { sender } = await senderOf(tx, who, body.mailboxId);
      const tenant = await readTenant(tx);
      let before: Date | null = facts.now;
      const steps = definition.steps.map((step, index) => {
        const opening =
          before &&
          (index === 0
            ? firstOpening(definition, facts.place, before)
            : openingAfter(definition, facts.place, step.after, before));
        before = opening?.at ?? null;
        const shown = {
          stepId: step.id,
          kind: step.kind,
          subject: null,
          text: null,
          html: null,
          refusal: null,
          variants: [],
          earliestAt: before,
        };
        if (step.kind !== 'email') return { ...shown, subject: step.title, text: step.instructions };
        const to = { contact: facts.contact, sender, tenant, unsubscribeUrl: exampleLink(deps) };
        const as = (variant: VariantId) => writtenAs(deps, definition, { stepId: step.id, variant }, to);
        const variants = wordingsOf(step).map(({ variant }) => ({ variant, ...as(variant) }));
        return { ...shown, ...as('a'), variants: variants.length > 1 ? variants : [] };
      });
      return { steps };
    }),
});

const TestSend = z.object({ accepted: z.boolean(), to: z.string(), answer: z.string() }).meta({ id: 'TestSend' });

const sendTest = route({
  method: 'post',
  path: '/sequences/{sequenceId}/test-send',
  action: 'sequences.write',
  tag: 'Sequences',
  summary: "Send one step to oneself, written for a contact, over one's mailbox",
  params,
  body: z.strictObject({
    contactId: Id,
    stepId: z.string().max(40),
    variant: z.enum(variantIds).default('a'),
    mailboxId: Id,
    version: Version,
  }),
  reply: { status: 200, schema: TestSend },
  errors: ['conflict'],
  async handle({ who, db, deps, params, body }) {
    const { definition, facts, mailbox, tenant, me } = await db.inTenant(who.tenantId, async (tx) => ({
      definition: await savedDefinition(tx, params.sequenceId, body.version),
      facts: await factsOf(tx, body.contactId),
      mailbox: await usableMailbox(tx, who, body.mailboxId),
      tenant: await readTenant(tx),
      me: await userAsSender(tx, who.userId),
    }));
    const step = definition.steps.find(({ id }) => id === body.stepId);
    if (step?.kind !== 'email') throw new Problem('not-found', 'The sequence has no e-mail with this id.');
    const to = { contact: facts.contact, sender: mailbox.sender, tenant, unsubscribeUrl: exampleLink(deps) };
    if (!wordingsOf(step).some(({ variant }) => variant === body.variant))
      throw new Problem('not-found', `The e-mail has no variant ${body.variant}.`);
    const words = writtenAs(deps, definition, body, to);
    if (words.refusal !== null) throw new Problem('conflict', words.refusal);
    const bytes = await signed(deps, who, mailbox, { to: { name: me.name, address: me.email }, ...words });
    const result = await guardedServer(deps.outbound, serverOf(deps, who, mailbox)).then(
      (server) => testSend(server, { from: mailbox.address, to: me.email }, bytes),
      (error: Error) => ({ accepted: false as const, reason: error.message }),
    );
    return { accepted: result.accepted, to: me.email, answer: result.accepted ? result.response : result.reason };
  },
});

export const previewRoutes = [preview, sendTest];

async function savedDefinition(tx: Tx, sequenceId: string, version: number | undefined): Promise<Definition> {
  const sequence = await findSequence(tx, sequenceId);
  const found = sequence && (await findVersion(tx, sequenceId, version ?? sequence.newest));
  if (!found) throw new Problem('not-found', 'There is no such sequence, or version of it, in this workspace.');
  return found.definition;
}

async function factsOf(tx: Tx, contactId: string): Promise<PreviewFacts> {
  const facts = await previewFacts(tx, contactId);
  if (!facts) throw new Problem('not-found', 'There is no such contact in this workspace.');
  return facts;
}

async function senderOf(tx: Tx, who: Who, mailboxId: string | undefined): Promise<Pick<MailboxSettings, 'sender'>> {
  if (mailboxId === undefined) return { sender: await userAsSender(tx, who.userId) };
  if (!(await findMailbox(tx, mailboxId))) throw new Problem('not-found', 'There is no such mailbox in this workspace.');
  return mailboxSettings(tx, mailboxId);
}

/** A rep sends tests over a mailbox of their own, or over a relay. */
async function usableMailbox(tx: Tx, who: Who, mailboxId: string): Promise<MailboxSettings> {
  const mailbox = await findMailbox(tx, mailboxId);
  if (!mailbox) throw new Problem('not-found', 'There is no such mailbox in this workspace.');
  if (who.role === 'rep' && mailbox.kind === 'rep' && mailbox.ownerId !== who.userId) {
    throw new Problem('forbidden', "This is another user's mailbox.");
  }
  return mailboxSettings(tx, mailboxId);
}

type Written = (Words & { refusal: null }) | { subject: ''; text: ''; html: ''; refusal: string };

/** The words of a step in one of its wordings, or why they cannot be written for this person. */
function writtenAs(
  { templates }: Dependencies,
  definition: Definition,
  { stepId, variant }: { stepId: string; variant: VariantId },
  to: Correspondence,
): Written {
  const { steps } = worded(definition, new Map([[stepId, variant]]));
  const step = steps.find(({ id }) => id === stepId);
  if (step?.kind !== 'email') throw new Error(`There is no e-mail ${stepId}.`);
  try {
    return { ...writeWords(templates, steps, step, to), refusal: null };
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    const refusal =
      error.missing === null ? `The template is broken: ${error.message}.` : `This contact has no ${error.missing}.`;
    return { subject: '', text: '', html: '', refusal };
  }
}

/** A preview is nobody's message: its link opens the page that says so. */
function exampleLink({ publicUrl }: Dependencies): string {
  return `${publicUrl}/u/${PREVIEW}`;
}

async function signed(
  { vault, now }: Dependencies,
  { tenantId }: Who,
  mailbox: MailboxSettings,
  { to, subject, text, html }: Pick<Words, 'subject' | 'text' | 'html'> & { to: { name: string; address: string } },
): Promise<Buffer> {
  const privateKeyPem = vault.decrypt(mailbox.dkimSecret, { tenantId, column: 'mailboxes.dkim_secret' }).toString();
  const from = { name: mailbox.fromName, address: mailbox.address };
  const sentAt = now();
  const message = compose({ from, to, subject, text, html, sentAt, messageId: `<${randomUUID()}@${mailbox.dkimDomain}>` });
  const key = loadDkimKey({ domain: mailbox.dkimDomain, selector: mailbox.dkimSelector, privateKeyPem });
  return messageBytes(message, await signDkim(message, key, sentAt));
}

function serverOf({ vault }: Dependencies, { tenantId }: Who, mailbox: MailboxSettings): Parameters<typeof testSend>[0] {
  const secret = mailbox.smtpSecret;
  return {
    host: mailbox.smtpHost,
    port: mailbox.smtpPort,
    secure: mailbox.smtpSecurity,
    username: mailbox.smtpUser ?? undefined,
    password: secret === null ? undefined : vault.decrypt(secret, { tenantId, column: 'mailboxes.smtp_secret' }).toString(),
    clientName: mailbox.dkimDomain,
  };
}
