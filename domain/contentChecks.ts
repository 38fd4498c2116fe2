/** A message as far as the checks can read it: rendered, or a template with its `{{ … }}` still in place. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
}

export interface MessageFacts {
  /** The sender's physical postal address, as the tenant has it. */
  readonly postalAddress: string;
  /** The unsubscribe wording and link are put in by us, or stand in the text. */
  readonly hasUnsubscribe: boolean;
  /** Nothing was exchanged with the person in this thread before. */
  readonly isFirstMessage: boolean;
  /** The wording that marks an advertisement, where the tenant has switched that on; otherwise null. */
  readonly advertisementLabel: string | null;
}

export type ContentFault =
  | 'subject-empty'
  | 'subject-two-lines'
  | 'fake-reply'
  | 'looks-like-billing'
  | 'looks-like-security'
  | 'false-urgency'
  | 'all-capitals'
  | 'no-postal-address'
  | 'no-unsubscribe'
  | 'no-advertisement-label'
  | 'text-empty';

/** `refuse` stops a launch, `warn` is shown to the rep, who answers for the words. */
export interface ContentFinding {
  readonly code: ContentFault;
  readonly severity: 'refuse' | 'warn';
  readonly message: string;
}

interface Check {
  readonly code: ContentFault;
  readonly severity: ContentFinding['severity'];
  readonly message: string;
  fails(message: Readable, facts: MessageFacts): boolean;
}

/** The message with templates and markup out of the way. */
interface Readable {
  readonly subject: string;
  readonly subjectLines: number;
  /** Every part that a person reads, each as words; the text part first. */
  readonly bodies: readonly string[];
}

// Re, Fwd and what mail programs of other languages write for them: Aw, Wg (German), Tr (French), Rv (Spanish), Sv, Vs (Nordic), Enc (Portuguese),
// Odp (Polish), 回复, 答复, 转发 (Chinese), Ответ (Russian); Outlook and others count them: Re[2]:
const REPLY_PREFIX =
  /^[^\p{L}\p{N}]*(re|fwd?|aw|antw|wg|tr|rv|res|enc|sv|vs|vb|odp|pd|ynt|ilt|回复|答复|回覆|转发|轉寄|ответ|отв|пересл)\s*([[(]\d+[\])])?\s*[:：]/iu;
const BILLING =
  /\b(invoice|overdue|past[ -]due|(un)?paid bill|payment (due|failed|declined|received|confirmation|reminder)|outstanding (balance|payment)|refund|receipt|your (order|subscription|purchase)|order (confirmation|#?\d+)|wire transfer|rechnung|mahnung|facture|factura)\b/iu;
const SECURITY =
  /\b(account (has been |is |will be |was )?(suspended|locked|closed|limited|disabled|terminated|compromised|verification)|your account\b|(verify|confirm|update) your (account|identity|password|billing|payment)|security (alert|notice|warning|breach)|unusual (sign-?in|activity|log-?in)|suspicious (activity|log-?in|sign-?in)|password (reset|expir\w*|change)|unauthori[sz]ed (access|log-?in|transaction)|final (legal )?notice|legal action)\b/iu;
const URGENCY =
  /\b(urgent|act now|immediate(ly)? (action|response|attention)|action required|response required|last chance|final (warning|reminder|notice)|(expires|ends) (today|tonight|in \d+ (hours?|minutes?))|limited[ -]time|only \d+ (hours?|minutes?) left|don'?t miss (out|this)|asap)\b|!{2,}/iu;

/** What CAN-SPAM asks of a commercial e-mail, as far as software can tell (P11): 15 U.S.C. 7704(a)(1), (2), (3), (5); 16 CFR 316. */
const CHECKS: readonly Check[] = [
  {
    code: 'subject-empty',
    severity: 'refuse',
    message: 'The subject is empty. Say what the message is about.',
    fails: ({ subject }) => subject === '',
  },
  {
    code: 'subject-two-lines',
    severity: 'refuse',
    message: 'The subject has a line break in it. Write it on one line.',
    fails: ({ subjectLines }) => subjectLines > 1,
  },
  {
    code: 'fake-reply',
    severity: 'refuse',
    message:
      'The subject of a first message looks like a reply or a forward. Leave "Re:" or "Fwd:" out: nobody has written before.',
    fails: ({ subject }, { isFirstMessage }) => isFirstMessage && REPLY_PREFIX.test(subject),
  },
  {
    code: 'looks-like-billing',
    severity: 'warn',
    message: 'The subject reads like an invoice, a payment or an order. Make sure that it misleads nobody about what is inside.',
    fails: ({ subject }) => BILLING.test(subject),
  },
  {
    code: 'looks-like-security',
    severity: 'warn',
    message:
      'The subject reads like a notice about an account, its security or the law. Make sure that it misleads nobody about what is inside.',
    fails: ({ subject }) => SECURITY.test(subject),
  },
  {
    code: 'false-urgency',
    severity: 'warn',
    message: 'The subject presses for time. Make sure that the hurry is real.',
    fails: ({ subject }) => URGENCY.test(subject),
  },
  {
    code: 'all-capitals',
    severity: 'warn',
    message: 'The subject is written in capitals. Write it as you would speak.',
    fails: ({ subject }) => isShouted(subject),
  },
  {
    code: 'text-empty',
    severity: 'refuse',
    message: 'The message has no text.',
    fails: ({ bodies }) => bodies.some((body) => body === ''),
  },
  {
    code: 'no-postal-address',
    severity: 'refuse',
    message: 'The sender has no postal address. Enter it in the settings: every commercial e-mail must show it.',
    fails: (_, { postalAddress }) => words(postalAddress).split(' ').length < 3, // a place takes more than a name
  },
  {
    code: 'no-unsubscribe',
    severity: 'refuse',
    message: 'The message gives no way to unsubscribe. Put the unsubscribe link back.',
    fails: (_, { hasUnsubscribe }) => !hasUnsubscribe,
  },
  {
    code: 'no-advertisement-label',
    severity: 'refuse',
    message: 'The label that marks an advertisement stands neither in the subject nor in every part of the text.',
    fails: ({ subject, bodies }, { advertisementLabel }) =>
      advertisementLabel !== null && !isLabelled(subject, bodies, advertisementLabel),
  },
];

/** Everything that is wrong with a message, in the order of its parts. An empty list is no verdict that the words are honest. */
export function checkContent({ subject, text, html }: Message, facts: MessageFacts): ContentFinding[] {
  const bodies = html === undefined ? [words(text)] : [words(text), words(withoutMarkup(html))];
  const readable = { subject: words(subject), subjectLines: subject.trim().split(/[\r\n\u2028\u2029]+/).length, bodies };
  return CHECKS.filter((check) => check.fails(readable, facts)).map(({ code, severity, message }) => ({
    code,
    severity,
    message,
  }));
}

/** One line as a reader sees it. A placeholder leaves a mark, so that a subject made of one alone is not empty. */
function words(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '') // what has no width hides a word from a check, not from a reader
    .replace(/\{%.*?(%\}|$)/gs, ' ')
    .replace(/\{\{.*?(\}\}|$)/gs, ' … ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What is not closed goes on to the end: so a browser reads it, and so the time this takes grows with the length only. */
function withoutMarkup(html: string): string {
  return html
    .replace(/<!--.*?(-->|$)/gs, ' ')
    .replace(/<(style|script|title)\b.*?(<\/\1\s*>|$)/gis, ' ')
    .replace(/<img\b[^<>]*\balt\s*=\s*"([^"]*)"[^<>]*>/gi, ' $1 ')
    .replace(/<\/?(a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr)(\s[^<>]*)?>/gi, '') // these break no word
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(nbsp|#160|#xa0);/gi, ' ')
    .replace(/&amp;/gi, '&');
}

/** Two words or more of capitals only; a name or an abbreviation alone is none. */
function isShouted(subject: string): boolean {
  const cased = subject.match(/\p{Lu}|\p{Ll}/gu) ?? [];
  const capitals = cased.filter((letter) => /\p{Lu}/u.test(letter));
  const capitalWords = subject.match(/\p{Lu}{4,}/gu) ?? [];
  return capitalWords.length >= 2 && capitals.length >= 0.7 * cased.length;
}

function isLabelled(subject: string, bodies: readonly string[], label: string): boolean {
  const wanted = words(label).toLowerCase();
  const shows = (part: string) => part.toLowerCase().includes(wanted);
  return wanted !== '' && (shows(subject) || bodies.every(shows));
}
