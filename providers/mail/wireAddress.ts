import { domainToASCII } from 'node:url';
import { MessageRefused } from './messageRefused.ts';

/** An address as SMTP and headers carry it. */
export interface WireAddress {
  /** Domain in ASCII (punycode), local part untouched. */
  readonly address: string;
  /** The local part has other letters than ASCII: the server must offer SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
}

const ATEXT = "(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|(?![\\p{C}\\p{Z}])[^\\x00-\\x7f])";
const DOT_ATOM = new RegExp(`^${ATEXT}+(?:\\.${ATEXT}+)*$`, 'u');
const QUOTED = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const DOMAIN = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;

/** Nothing passes here that could end a line, a bracket or an address (RFC 5321, 4.1.2), whatever was imported. */
export function wireAddress(text: string): WireAddress {
  const at = text.lastIndexOf('@');
  const localPart = text.slice(0, Math.max(at, 0));
  const isWritable = DOT_ATOM.test(localPart) || QUOTED.test(localPart);
  if (!isWritable || Buffer.byteLength(localPart) > 64)
    throw new MessageRefused('The local part of an address cannot be written to a mail server.');
  const written = text.slice(at + 1);
  const domain = /[\p{Cc}\p{Z}%]/u.test(written) ? '' : domainToASCII(written).toLowerCase(); // which drops line feeds and unescapes %
  if (!DOMAIN.test(domain) || domain.length > 253) throw new MessageRefused('The domain of an address is no domain name.');
  return { address: `${localPart}@${domain}`, smtpUtf8: /[^\x20-\x7e]/.test(localPart) };
}
