/** One answer of a mail server: its code (RFC 5321, 4.2), the enhanced one when given (RFC 3463), its text on one line. */
export interface SmtpAnswer {
  readonly code: number;
  readonly enhanced: string | null;
  readonly response: string;
}

const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/;

export function smtpAnswer(code: number, lines: readonly string[]): SmtpAnswer {
  const enhanced = ENHANCED.exec(lines[0] ?? '')?.[1] ?? null;
  const text = lines.map((line, index) => (index > 0 ? line.replace(ENHANCED, '') : line)).join(' ');
  return {
    code,
    enhanced,
    response: `${code} ${text}`
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 500),
  };
}

/**
 * What an answer is about, which decides who pays for it:
 * - `transient`: try again later;
 * - `hardBounce`: there is no such person: suppress the address;
 * - `softBounce`: the person's mailbox cannot take mail now (full, off): three on three days pause the enrolment;
 * - `policy`: our mailbox, our content, our reputation; never held against the person;
 * - `authentication`: our credentials: three pause the mailbox.
 */
export type AnswerKind = 'transient' | 'hardBounce' | 'softBounce' | 'policy' | 'authentication';

/** Where in the conversation it came. Only an answer to RCPT, or to the whole message, can be about the recipient. */
export type AnswerPhase = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data' | 'message';

const AUTHENTICATION_CODES = new Set([530, 534, 535, 538]);
const AUTHENTICATION =
  /authentication (?:required|failed|unsuccessful)|not authenticated|log ?in (?:denied|failed|required)|bad credentials/i;

const ABOUT_US = new RegExp(
  [
    'spam|block|blacklist|denylist|dnsbl|\\brbl\\b|reputation|polic(?:y|ies)|spamhaus|unsolicited|suspicious|virus|malware|banned|prohibited|complaint',
    '\\bdmarc\\b|\\bspf\\b|\\bdkim\\b|unauthenticated|reverse dns|\\bptr\\b|\\b(?:ehlo|helo)\\b|\\btss?\\d\\d\\b|\\bip address\\b|rate.?limit|too many',
    'relay(?:ing)? (?:access )?(?:denied|not)|unable to relay|not (?:permitted|allowed|authori[sz]ed)|access denied|permission',
    'sender (?:verify|rejected|denied|address)|sending (?:limit|quota)|content (?:rejected|filter)|size (?:limit|exceed)|too (?:large|big)',
  ].join('|'),
  'i',
);
const NO_SUCH_PERSON = new RegExp(
  [
    '(?:user|mailbox|account|address|recipient|alias)(?: that you tried to reach)?(?: is| was)? (?:unknown|not found|invalid|disabled|inactive|closed|deactivated|terminated|unavailable)',
    'no such (?:user|mailbox|recipient|address|person|domain|local)|unknown (?:or illegal )?(?:user|recipient|mailbox|address|local|alias)',
    "does(?: not|n'?t) exist|invalid (?:recipient|mailbox|address|user)|recipientnotfound|recipnotfound|unrouteable|unroutable|undeliverable address",
    "(?:user|recipient) (?:doesn'?t|does not) have|no longer (?:available|valid|active|with|employed|works)|has been (?:disabled|deactivated|closed|suspended)",
    'no mailbox (?:here|by that name)|adresse.{0,40}inconnue|empf.nger unbekannt|unbekannter empf|destinatario desconocido|usuario desconocido',
  ].join('|'),
  'i',
);
const FULL =
  /(?:mailbox|inbox|account|user|recipient).{0,60}(?:\bfull\b|quota|out of storage|exceed\w* .{0,20}(?:storage|limit))|over ?quota|quota ?exceeded/i;

/** For the table of what these rules were read from, see the test. */
export function classifyAnswer({ code, enhanced, response }: SmtpAnswer, phase: AnswerPhase): AnswerKind {
  if (code < 400 || code > 599) return 'transient'; // garbage says nothing about anybody
  const isPermanent = code >= 500;
  const words = response.replaceAll(/https?:\/\/\S+|<[^>]*>|\S+@\S+/g, ''); // an address may be called spam@ or policy@

  if (phase === 'auth') return isPermanent || code === 432 ? 'authentication' : 'transient';
  if (AUTHENTICATION_CODES.has(code) || (isPermanent && phase !== 'message' && AUTHENTICATION.test(words)))
    return 'authentication';
  if (phase !== 'rcpt' && phase !== 'message') return isPermanent ? 'policy' : 'transient';

  const [, subject = '', detail = ''] = (enhanced ?? '').split('.');
  const isVague = subject === '' || subject === '0' || subject === '5' || detail === '0';
  if ((subject === '2' && detail === '2') || (isVague && FULL.test(words))) return 'softBounce';
  if (!isPermanent) return 'transient';
  if (subject === '7' || subject === '6') return 'policy';

  const namesNobody = NO_SUCH_PERSON.test(words);
  // "User unknown" and "blocked by policy" in one breath: then nobody can know, and the person keeps the benefit.
  const isAboutUs = ABOUT_US.test(words);
  if (isVague) return namesNobody && !isAboutUs ? 'hardBounce' : 'policy';
  switch (subject) {
    case '1': // .1 no mailbox, .2 no system, .3 bad syntax, .6 moved, .10 null MX; .7 and .8 are about the sender
      return ['1', '2', '3', '6', '10'].includes(detail) && (namesNobody || !isAboutUs) ? 'hardBounce' : 'policy';
    case '2': // .1 is "disabled", for good or for a while; .3 is about the message's size
      if (detail === '3') return 'policy';
      return detail === '1' && namesNobody && !isAboutUs ? 'hardBounce' : 'softBounce';
    case '4': // .1 is how Exchange Online says that it knows no such recipient, .4 that the domain takes no mail
      if (detail === '1' && /recipient address rejected/i.test(words)) return 'hardBounce';
      if (isAboutUs) return 'policy';
      return detail === '4' ? 'hardBounce' : 'softBounce';
    case '3': // their system: .4 too big, the rest is a system that is full or closed
      return detail === '4' || isAboutUs ? 'policy' : 'softBounce';
    default:
      return 'policy';
  }
}
