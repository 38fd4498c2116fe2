import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signWebhook } from '../../api/webhookSignature.ts';
import type { Database } from '../../db/transaction.ts';
import type { Environment } from '../../providers/environment.ts';
import { signLink, signMailLocalPart } from '../../providers/linkToken.ts';
import { type DemoWorld, openDemo, type Workspace } from './demo.ts';

interface Recipient {
  enrolmentId: string;
  sequenceId: string;
  sendId: string;
  mailKey: Buffer;
  email: string;
  hash: Buffer;
}

/** Plays the part of the recipients: of the first two to get a message one unsubscribes and one answers. */
export async function playDemo(world: DemoWorld, { tenantId, launchId }: Workspace, say: (line: string) => void): Promise<void> {
  if (!launchId) return;
  const { db, environment } = openDemo(world);
  try {
    say('Demo: a sequence runs, a day of its time lasts four minutes. E-mails arrive under "Caught mail".');
    const [first, second] = await firstReached(db, tenantId, launchId);
    if (!first || !second) return say('Demo: nothing was sent within two minutes; see worker.log in the data folder.');
    if (await hasBeenPlayed(db, tenantId)) return;
    await unsubscribe(world, environment, { ...first, tenantId });
    say('Demo: a recipient has unsubscribed: see Suppressions and Obligations.');
    await answer(world, environment, second);
    say('Demo: another one has answered: see Today.');
  } finally {
    await db.close();
  }
}

/** The first two who were sent a message; fewer when that takes too long. */
async function firstReached(db: Database, tenantId: string, launchId: string): Promise<Recipient[]> {
  for (let waits = 0; waits < 120; waits += 1) {
    const reached = await db.inTenant(tenantId, (tx) =>
      tx.rows<Recipient>(
        `select s.enrolment_id as "enrolmentId", s.sequence_id as "sequenceId", s.id as "sendId", e.mail_key as "mailKey", c.email, s.address_hash as hash
         from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
         join contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id
         where s.launch_id = $1 and s.step = 0 and s.state = 'sent' order by s.sent_at limit 2`,
        [launchId],
      ),
    );
    if (reached.length === 2) return reached;
    await sleep(1_000);
  }
  return [];
}

async function hasBeenPlayed(db: Database, tenantId: string): Promise<boolean> {
  return (await db.inTenant(tenantId, (tx) => tx.rows(`select from suppressions where basis = 'one_click' limit 1`))).length > 0;
}

async function unsubscribe(
  { publicUrl }: DemoWorld,
  { keys }: Environment,
  { hash: addressHash, ...recipient }: Recipient & { tenantId: string },
): Promise<void> {
  const token = signLink(keys.linkKeys, { kind: 'unsubscribe', addressHash, ...recipient });
  await mustBeTaken(
    fetch(`${publicUrl}/u/${token}`, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }),
  );
}

/** As a mail service hands it over that receives for us. */
async function answer(
  { publicUrl }: DemoWorld,
  { keys, INBOUND_DOMAIN }: Environment,
  { mailKey, email, sendId }: Recipient,
): Promise<void> {
  const recipient = `${signMailLocalPart(keys.linkKeys, { kind: 'reply', mailKey, step: 0 })}@${INBOUND_DOMAIN}`;
  const body = Buffer.from(
    [
      `From: ${email}`,
      `To: ${recipient}`,
      'Subject: Re: An idea',
      `Message-ID: <${randomUUID()}@${email.split('@')[1]}>`,
      `In-Reply-To: <${sendId}@sender.example>`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Hi Olu,',
      '',
      'Thursday at ten would suit me. What would it cost for a team of twelve?',
      '',
    ].join('\r\n'),
  );
  await mustBeTaken(
    fetch(`${publicUrl}/v1/inbound?${new URLSearchParams({ recipient, sender: email }).toString()}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'message/rfc822',
        'Decorum-Signature': signWebhook(keys.webhookKey, Math.floor(Date.now() / 1000), [recipient, email], body),
      },
      body,
    }),
  );
}

async function mustBeTaken(asked: Promise<Response>): Promise<void> {
  const { ok, status, url } = await asked;
  if (!ok) throw new Error(`The demo was answered ${status} at ${new URL(url).pathname.split('/')[1]}: see api.log.`);
}
