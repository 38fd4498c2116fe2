import { canonicalAddress } from '../../domain/address.ts';
import type { DkimKey } from './dkim.ts';
import { nodemailerTransport } from './nodemailerTransport.ts';
import type { SmtpServer } from './smtpConnect.ts';

/** A person's answer, for the rep whose message it answers. */
export interface ForwardedReply {
  /** Names the forward, so that a mail program shows one that came twice once. */
  readonly id: string;
  /** The mailbox that the answered message was sent from. */
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly person: { readonly name: string; readonly address: string };
  readonly subject: string;
  /** What the person wrote, without the quotation. */
  readonly words: string;
  /** The person asked to be left alone. */
  readonly asksToStop: boolean;
  /** The whole message as it came. */
  readonly raw: Buffer;
  readonly sentAt: Date;
}

const LONGEST_LINE = 998; // RFC 5322, 2.1.1

/**
 * Sends a reply on to the rep over the mailbox's own server: a message of ours with the reply attached, because the reply itself would
 * fail the sender's DMARC when it is sent again by somebody else. Answering it goes to the person. Throws when the server does not take it.
 */
export async function forwardReply(server: SmtpServer, dkim: DkimKey, reply: ForwardedReply): Promise<void> {
  const { id, from, to, person, subject, words, raw, sentAt } = reply;
  const who = person.name || person.address || 'The person whom you wrote to';
  const transport = nodemailerTransport(server, dkim);
  try {
    await transport.sendMail({
      envelope: { from, to: to.address },
      from: { name: `${who} via Decorum`, address: from },
      to: { name: to.name, address: to.address },
      ...(canonicalAddress(person.address).ok && { replyTo: { name: person.name, address: person.address } }),
      subject: subject || '(no subject)',
      messageId: `<reply.${id}@${dkim.domain}>`,
      date: sentAt,
      // RFC 3834: no automatic answer to this, whichever way the rep's mailbox is set; Exchange goes by the other one.
      headers: { 'Auto-Submitted': 'auto-forwarded', 'X-Auto-Response-Suppress': 'All' },
      text: `${opening(reply, who)}\n\n${words}\n\n-- \nThe whole message is attached. Your answer to this e-mail goes to the person.\n`,
      attachments: [attachment(raw)],
    });
  } finally {
    transport.close();
  }
}

function opening({ asksToStop, person }: ForwardedReply, who: string): string {
  const written = person.address && person.address !== who ? `${who} <${person.address}>` : who;
  return asksToStop
    ? `${written} asks not to be written to again. Nothing more will be sent to this person; please do not write by hand either. The message:`
    : `${written} has answered:`;
}

/** A message part must not be encoded (RFC 2046, 5.2.1), so one that cannot travel as it is goes as a file. */
function attachment(raw: Buffer): { filename: string; content: Buffer; contentType: string } {
  const isPlain =
    raw.every((byte) => byte < 128 && byte !== 0) && !new RegExp(`[^\\n]{${LONGEST_LINE + 2}}`).test(raw.toString('latin1'));
  return { filename: 'reply.eml', content: raw, contentType: isPlain ? 'message/rfc822' : 'application/octet-stream' };
}
