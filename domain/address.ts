import { FREE_MAIL_DOMAINS } from './freeMail.ts';

type AddressFault = 'empty' | 'too long' | 'blank inside' | 'not one @' | 'nothing before the @' | 'bad domain';

export type Address =
  | { readonly ok: true; readonly canonical: string; readonly domain: string }
  | { readonly ok: false; readonly reason: AddressFault };

const LONGEST_ADDRESS = 320; // 64 + 1 + 255 (RFC 5321, 4.5.3.1)
const BLANK = /[\s\p{Z}\p{Cc}]/u; // line breaks with it: nothing that is accepted here can end a header or a command
const ASCII = /^[\x21-\x7e]*$/;

/**
 * The one form of an e-mail address, by which people are told apart and opt-outs are kept: trimmed, one case throughout, composed
 * (Unicode NFC), the domain in ASCII (IDNA, UTS 46). Servers may tell local parts apart by case (RFC 5321, 2.4); none that matters does,
 * and a person who opts out as `Ann@` has opted out as `ann@`. The canonical form of a canonical form is itself.
 */
export function canonicalAddress(text: string): Address {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, reason: 'empty' };
  if (trimmed.length > LONGEST_ADDRESS) return { ok: false, reason: 'too long' };
  if (BLANK.test(trimmed)) return { ok: false, reason: 'blank inside' };
  const [local, host, ...more] = trimmed.split('@');
  if (local === undefined || host === undefined || more.length > 0) return { ok: false, reason: 'not one @' };
  if (local === '') return { ok: false, reason: 'nothing before the @' };
  const domain = canonicalDomain(host);
  if (domain === null) return { ok: false, reason: 'bad domain' };
  return { ok: true, canonical: `${foldCase(local)}@${domain}`, domain };
}

/** A domain in lower-case ASCII; null when it has no dot, an empty label, a blank, or letters that IDNA does not know. */
export function canonicalDomain(text: string): string | null {
  const ascii = ASCII.test(text) ? text.toLowerCase() : toAscii(text);
  if (ascii === null || ascii.includes('@')) return null;
  const labels = ascii.split('.');
  return labels.length >= 2 && labels.every((label) => label !== '') ? ascii : null;
}

/** IDNA by way of the URL parser, the one implementation every JavaScript engine ships. */
function toAscii(domain: string): string | null {
  if (BLANK.test(domain) || /[/\\?#:[\]%]/.test(domain)) return null; // would end the host of a URL, or be decoded in it
  const url = `http://${domain}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/** Case folding letter by letter; letters whose other case is two letters, as ß, or another letter's, as ı, stay themselves. */
function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(text.normalize('NFC'), foldLetter).join('').normalize('NFC');
}

function foldLetter(letter: string): string {
  const upper = letter.toUpperCase();
  const lower = (letter !== 'ı' && upper.length === letter.length ? upper : letter).toLowerCase(); // ς, σ and Σ are one letter
  return lower.normalize('NFC');
}

/** Whether mailboxes of a (canonical) domain belong to people rather than to a company. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL_DOMAINS.has(domain);
}

/** What limits per company count by: the (canonical) domain, or null where people share one without sharing a company. */
export function companyKey(domain: string): string | null {
  return isFreeMail(domain) ? null : domain;
}
