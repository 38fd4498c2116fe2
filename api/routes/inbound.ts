import type { Readable } from 'node:stream';
import { z } from 'zod';
import { readMailLocalPart } from '../../providers/linkToken.ts';
import { NoSuchAddress } from '../../providers/mail/inbound/listener.ts';
import { InboundRefused } from '../../providers/mail/inbound/parse.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Nothing } from '../shapes.ts';
import { verifyWebhook } from '../webhookSignature.ts';

const LARGEST_BYTES = 2_000_000;

/** What a mail service reports instead of handing over the message itself. */
const MailEvent = z.strictObject({
  event: z.enum(['bounce', 'complaint']),
  status: z
    .string()
    .regex(/^[245]\.\d{1,3}\.\d{1,3}$/)
    .default('5.0.0')
    .meta({ description: 'Enhanced status code (RFC 3463) of a bounce.' }),
  diagnostic: z.string().max(1000).default(''),
  originalRecipient: z.email().max(320),
});

/** Nobody's inbox is ever read (P4): what is answered to our own addresses is handed in, here or over SMTP. */
const receive = route({
  method: 'post',
  path: '/inbound',
  action: 'public',
  tag: 'Inbound',
  summary: 'Hand in a message, or a bounce or complaint as an event, that came to a reply+…, bounce+… or unsubscribe+… address',
  query: z.object({
    recipient: z.string().min(3).max(320).meta({ description: 'The address of ours that it came to.' }),
    sender: z.string().max(320).default('').meta({ description: 'Envelope sender; empty for the null sender of bounces.' }),
  }),
  upload: { mediaTypes: ['message/rfc822', 'application/json'] },
  reply: { status: 204, schema: Nothing },
  errors: ['bad-signature', 'not-found', 'too-large', 'invalid-request'],
  async handle({ query: { recipient, sender }, upload, headers, deps }) {
    const body = await readAll(upload);
    const header = headers['decorum-signature'];
    verifyWebhook(deps.webhookKey, {
      header: typeof header === 'string' ? header : '',
      envelope: [recipient, sender],
      body,
      now: deps.now(),
    });
    const claims = readMailLocalPart(deps.linkKeys, recipient.slice(0, recipient.lastIndexOf('@')));
    if (!claims) throw new Problem('not-found', 'This is no address of ours.');
    const isEvent = headers['content-type']?.startsWith('application/json') ?? false;
    try {
      await deps.acceptInbound({
        ...claims,
        envelopeFrom: isEvent ? '' : sender,
        raw: isEvent ? reportOf(body, recipient) : body,
      });
    } catch (error) {
      if (error instanceof NoSuchAddress) throw new Problem('not-found', 'What this address named has been deleted.');
      if (error instanceof InboundRefused) throw new Problem('invalid-request', error.message);
      throw error;
    }
    return undefined;
  },
});

export const inboundRoutes = [receive];

async function readAll(upload: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of upload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw new Problem('too-large', 'A message may have 2 MB at most.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The event as the report that a mail server would have sent (RFC 3464, RFC 5965): one road for both from here on. */
function reportOf(body: Buffer, recipient: string): Buffer {
  const event = MailEvent.safeParse(parsed(body));
  if (!event.success) throw new Problem('invalid-request', z.prettifyError(event.error));
  const { status, diagnostic, originalRecipient } = event.data;
  const isBounce = event.data.event === 'bounce';
  const fields = isBounce
    ? [
        'Reporting-MTA: dns; localhost',
        '',
        `Final-Recipient: rfc822; ${originalRecipient}`,
        'Action: failed', // given up, also after a temporary answer: the status says which
        `Status: ${status}`,
        `Diagnostic-Code: smtp; ${diagnostic.replaceAll(/[\r\n]+/g, ' ') || status}`,
      ]
    : ['Feedback-Type: abuse', 'User-Agent: webhook', 'Version: 1', `Original-Rcpt-To: ${originalRecipient}`];
  const type = isBounce ? 'delivery-status' : 'feedback-report';
  return Buffer.from(
    [
      'From: <>',
      `To: <${recipient}>`,
      `Subject: ${event.data.event}`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=${type}; boundary="report"`,
      '',
      '--report',
      'Content-Type: text/plain',
      '',
      event.data.event,
      '--report',
      `Content-Type: message/${type}`,
      '',
      ...fields,
      '',
      '--report--',
      '',
    ].join('\r\n'),
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Problem('malformed-request', 'The body is no JSON.');
  }
}
