import { createHash } from 'node:crypto';
import { encodeBody } from './bodyEncoding.ts';
import { foldWords, phrase, refuseControls, unstructured } from './headerText.ts';
import { MessageRefused } from './messageRefused.ts';
import { wireAddress } from './wireAddress.ts';

/**
 * Composes e-mails ourselves: tens of microseconds a message, every header in plain sight, and nothing a
 * contact's name or a template yields can become a header or a second recipient. No clock, no randomness: the same message always
 * gives the same bytes, so that a repeated statutory notice is the same notice.
 */
export interface Message {
  readonly from: Correspondent;
  readonly to: Correspondent;
  readonly replyTo?: Correspondent | undefined;
  readonly subject: string;
  readonly sentAt: Date;
  /** `<id@domain>`, as are the others. */
  readonly messageId: string;
  readonly inReplyTo?: string | undefined;
  readonly references?: readonly string[] | undefined;
  readonly text: string;
  readonly html?: string | undefined;
  readonly unsubscribe?: UnsubscribeLinks | undefined;
  /** Further headers with ids, e.g. `X-Decorum-Enrolment`. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

export interface Correspondent {
  readonly name?: string | undefined;
  readonly address: string;
}

/** RFC 2369 and, for the one-click POST, RFC 8058. */
export interface UnsubscribeLinks {
  readonly url: string;
  readonly mailto: string;
}

export interface Composed {
  readonly headers: readonly HeaderField[];
  /** Lines end with CRLF; ASCII only. */
  readonly body: string;
  readonly smtpUtf8: boolean;
  /** The recipient for RCPT TO. */
  readonly envelopeTo: string;
}

export interface HeaderField {
  readonly name: string;
  /** Folded, without the final CRLF. */
  readonly value: string;
}

const MESSAGE_ID = /^<[!-;=?A-Z[-~]+@[!-;=?A-Z[-~]+>$/;
const EXTRA_NAME = /^(?:X-[A-Za-z0-9-]{1,60}|Auto-Submitted|Feedback-ID|Precedence)$/;

export function compose(message: Message): Composed {
  const to = wireAddress(message.to.address);
  const from = wireAddress(message.from.address);
  const replyTo = message.replyTo && wireAddress(message.replyTo.address);
  const headers: HeaderField[] = [];
  const add = (name: string, value: string): void => void headers.push({ name, value });

  add('From', correspondent('From', message.from.name, from.address));
  add('To', correspondent('To', message.to.name, to.address));
  if (replyTo) add('Reply-To', correspondent('Reply-To', message.replyTo?.name, replyTo.address));
  refuseControls('Subject', message.subject);
  add('Subject', unstructured(message.subject, 'Subject: '.length));
  add('Date', message.sentAt.toUTCString().replace('GMT', '+0000'));
  add('Message-ID', messageIds('Message-ID', [message.messageId]));
  if (message.inReplyTo) add('In-Reply-To', messageIds('In-Reply-To', [message.inReplyTo]));
  if (message.references?.length) add('References', messageIds('References', message.references));
  if (message.unsubscribe) {
    add('List-Unsubscribe', `<${link('https:', message.unsubscribe.url)}>,\r\n <${link('mailto:', message.unsubscribe.mailto)}>`);
    add('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click');
  }
  for (const [name, value] of Object.entries(message.extra ?? {})) {
    if (!EXTRA_NAME.test(name) || !/^[!-~][ -~]{0,500}$/.test(value))
      throw new MessageRefused(`The extra header ${name.slice(0, 60)} is not allowed.`);
    add(name, value);
  }
  add('MIME-Version', '1.0');

  const text = encodeBody(message.text);
  const smtpUtf8 = to.smtpUtf8 || from.smtpUtf8 || replyTo?.smtpUtf8 === true;
  if (message.html === undefined) {
    add('Content-Type', 'text/plain; charset=utf-8');
    add('Content-Transfer-Encoding', text.encoding);
    return { headers, body: `${text.text}\r\n`, smtpUtf8, envelopeTo: to.address };
  }
  const html = encodeBody(message.html);
  const boundary = boundaryOf(message.messageId, text.text, html.text);
  add('Content-Type', `multipart/alternative;\r\n boundary="${boundary}"`);
  const body =
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${text.encoding}\r\n\r\n${text.text}\r\n` +
    `--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ${html.encoding}\r\n\r\n${html.text}\r\n` +
    `--${boundary}--\r\n`;
  return { headers, body, smtpUtf8, envelopeTo: to.address };
}

/** The message as it goes over the wire, `signature` (of dkim.ts) on top. */
export function messageBytes({ headers, body }: Composed, signature?: HeaderField): Buffer {
  let head = signature ? `${signature.name}: ${signature.value}\r\n` : '';
  for (const { name, value } of headers) head += `${name}: ${value}\r\n`;
  return Buffer.from(`${head}\r\n${body}`);
}

function correspondent(field: string, name: string | undefined, address: string): string {
  if (!name) return address;
  refuseControls(`The name in ${field}`, name);
  const written = phrase(name, field.length + 2);
  const lastLine = written.slice(written.lastIndexOf('\n') + 1);
  return `${written}${lastLine.length + field.length + address.length > 70 ? '\r\n' : ''} <${address}>`;
}

function messageIds(field: string, ids: readonly string[]): string {
  if (!ids.every((id) => MESSAGE_ID.test(id) && id.length < 900))
    throw new MessageRefused(`${field} contains something that is no message id.`);
  return foldWords(ids, field.length + 2);
}

function link(scheme: 'https:' | 'mailto:', url: string): string {
  // Plain http is for the embedded product on localhost; RFC 8058, 3.1 wants https of everybody else, and the API's settings see to it.
  const isScheme = url.startsWith(scheme) || (scheme === 'https:' && /^http:\/\/(?:localhost|127\.0\.0\.1)[:/]/.test(url));
  if (!isScheme || !/^[!#-;=?-~]{1,900}$/.test(url))
    throw new MessageRefused(`The ${scheme} unsubscribe link is not an encoded URL.`);
  return url;
}

/** `=_` cannot occur in quoted-printable or base64; in a plain body the digest of that very body would have to. */
function boundaryOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `=_${hash.digest('hex').slice(0, 32)}`;
}
