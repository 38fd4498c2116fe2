import type { BreachedData, IncidentFacts } from './breachFacts.ts';

export type Audience = 'users' | 'regulators' | 'bureaus';

/** What a notice is written from. */
export interface NoticeFacts extends IncidentFacts {
  readonly company: string;
  readonly postalAddress: string;
  /** People affected, all of them and by state of residence. */
  readonly people: number;
  readonly residents: Readonly<Record<string, number>>;
  readonly delayedByPolice: boolean;
  readonly isDrill: boolean;
}

export interface Notice {
  readonly subject: string;
  readonly text: string;
}

export interface NoticeFinding {
  readonly kind: 'missing' | 'forbidden';
  readonly what: string;
}

export interface LetterLaw {
  /** The law forbids to say what happened (Mass. Gen. Laws 93H, 3(b)). */
  readonly noNature?: true;
  /** The law forbids to say how many residents are affected (Massachusetts; 815 ILCS 530/10). */
  readonly noCount?: true;
  /** Months of free monitoring due, by what leaked. */
  readonly monitoring?: Readonly<Partial<Record<BreachedData, number>>>;
  readonly extra?: string;
}

const policeReport = 'You have the right to obtain a police report about this incident.';
const freeze = 'You can ask each credit bureau to freeze your file. A security freeze is free of charge.';

/** States whose letter differs from the general one; everybody else gets that, which holds what all the others ask for. */
export const letterLaws: Readonly<Record<string, LetterLaw>> = {
  CA: { monitoring: { ssn: 12, driver_licence: 12 } },
  CT: { monitoring: { ssn: 24 } },
  DC: { monitoring: { ssn: 18 } },
  DE: { monitoring: { ssn: 12 } },
  IL: { noCount: true },
  MA: { noNature: true, noCount: true, monitoring: { ssn: 18 }, extra: policeReport },
  RI: { extra: policeReport },
};

/** The letter that a resident of `state` gets. */
export const letterOf = (state: string): string => (state in letterLaws ? state : '');

const WORDS: Readonly<Record<BreachedData, string>> = {
  ssn: 'Social Security numbers',
  driver_licence: 'driver licence or identification card numbers',
  email_and_password: 'e-mail addresses or user names with passwords',
};
const BUREAUS = `Equifax, P.O. Box 740241, Atlanta, GA 30374, 1-800-685-1111
Experian, P.O. Box 9554, Allen, TX 75013, 1-888-397-3742
TransUnion, P.O. Box 2000, Chester, PA 19016, 1-800-916-8800
Federal Trade Commission, 600 Pennsylvania Avenue NW, Washington, DC 20580, 1-877-438-4338, identitytheft.gov`;
const HEADINGS = [
  'What Happened',
  'What Information Was Involved',
  'What We Are Doing',
  'What You Can Do',
  'For More Information',
] as const;

const counted = (n: number): string => n.toLocaleString('en-US');
const orUnknown = (text: string): string =>
  text.trim() || 'This is still being established. We will write again when it is known.';

function categories({ data, otherData }: IncidentFacts): string {
  return [...data.map((item) => WORDS[item]), otherData.trim()].filter((item) => item !== '').join('; ');
}

/** Writes the notice of an audience from the facts; `place` is a state's letter, or the regulator's or bureau's state. */
export function writeNotice(audience: Audience, place: string, facts: NoticeFacts): Notice {
  const notice = audience === 'users' ? letter(letterLaws[place] ?? {}, facts) : report(audience, place, facts);
  if (!facts.isDrill) return notice;
  return {
    subject: `[DRILL] ${notice.subject}`,
    text: `THIS IS A DRILL. Nothing happened to anybody's data.\n\n${notice.text}\n\nTHIS IS A DRILL.\n`,
  };
}

/** The headings of Cal. Civ. Code 1798.82(d)(1), which serve everywhere. */
function letter(law: LetterLaw, facts: NoticeFacts): Notice {
  const [happened, involved, doing, can, more] = HEADINGS;
  const when = facts.happened.trim() && `When: ${facts.happened.trim()}. `;
  const known = `We found out on ${facts.discoveredAt.slice(0, 10)}.`;
  const count = law.noCount ? '' : `\nApproximately ${counted(facts.people)} people are affected.`;
  const credentials = facts.data.includes('email_and_password')
    ? '\nChange your password now, and everywhere else where you use the same one.'
    : '';
  const months = Math.max(0, ...facts.data.map((item) => law.monitoring?.[item] ?? 0));
  const monitoring =
    months > 0
      ? `\nWe offer you identity-theft prevention and credit monitoring free of charge for ${months} months. No payment card is asked for.`
      : '';
  const sections = [
    [
      happened,
      law.noNature
        ? `${when}${known}\nYour personal information is concerned.`
        : `${orUnknown(facts.nature)}\n${when}${known}${count}`,
    ],
    [involved, orUnknown(categories(facts))],
    [doing, `${orUnknown(facts.steps)}${monitoring}`],
    [
      can,
      `${facts.advice.trim() || 'Remain vigilant: look through account statements and free credit reports, and be wary of unexpected messages.'}${credentials}\n${freeze} ${
        law.extra ?? 'You can also ask for a fraud alert.'
      }\nReport suspected identity theft to local law enforcement, to your Attorney General and to the Federal Trade Commission.\n\n${BUREAUS}`,
    ],
    [
      more,
      `${facts.contact.trim() || 'Answer this e-mail.'}\n${facts.company}, ${facts.postalAddress}\nThis notice was ${facts.delayedByPolice ? '' : 'not '}delayed by law enforcement.`,
    ],
  ] as const;
  return {
    subject: 'Notice of Data Breach',
    text: `Notice of Data Breach\n\nDear {{name}},\n\n${sections.map(([head, body]) => `${head}\n${body}`).join('\n\n')}\n`,
  };
}

function report(audience: Exclude<Audience, 'users'>, place: string, facts: NoticeFacts): Notice {
  const residents = facts.residents[place] ?? 0;
  const addressed = audience === 'regulators' ? 'security breach' : 'security breach that consumers are told of';
  const lines = [
    ['Notifier', `${facts.company}, ${facts.postalAddress}`],
    ['Contact', orUnknown(facts.contact)],
    ['Nature of the breach', orUnknown(facts.nature)],
    ['Date or range', orUnknown(facts.happened)],
    ['Discovered', facts.discoveredAt],
    ...(facts.determinedAt ? [['Determined', facts.determinedAt]] : []),
    ['Systems', orUnknown(facts.systems)],
    ['Categories of data', orUnknown(categories(facts))],
    ['Encrypted', facts.encrypted ? `yes; the key is ${facts.keySafe ? 'safe' : 'not known to be safe'}` : 'no'],
    ['People affected', `approximately ${counted(facts.people)}, of them ${counted(residents)} residents of ${place}`],
    ['Steps taken and intended', orUnknown(facts.steps)],
    ['What people are told to do', orUnknown(facts.advice)],
    ['Delayed by law enforcement', facts.delayedByPolice ? 'yes' : 'no'],
  ];
  return {
    subject: `Notice of a ${addressed} (${place})`,
    text: `${lines.map(([head, body]) => `${head}: ${body}`).join('\n')}\n`,
  };
}

/** What the text lacks that P6 or the state's law wants, and what it says that the law forbids. */
export function checkNotice(audience: Audience, place: string, { text }: Notice, facts: NoticeFacts): NoticeFinding[] {
  const law = audience === 'users' ? (letterLaws[place] ?? {}) : {};
  const has = (words: string) => words.trim() !== '' && text.includes(words.trim());
  const numbers = [facts.people, facts.residents[place] ?? 0].filter((n) => n > 9).flatMap((n) => [counted(n), String(n)]);
  const hasCount = numbers.some((n) => new RegExp(`(?<![\\d,])${n}(?![\\d,]\\d)`).test(text));
  const findings: NoticeFinding[] = [];
  const want = (isThere: boolean, what: string) => void (isThere || findings.push({ kind: 'missing', what }));
  const forbid = (isThere: boolean, what: string) => void (isThere && findings.push({ kind: 'forbidden', what }));

  if (law.noNature) forbid(has(facts.nature), 'the nature of the breach');
  else want(has(facts.nature), 'the nature of the breach');
  if (law.noCount) forbid(hasCount, 'the number of people');
  else want(facts.people < 10 ? text.includes(String(facts.people)) : hasCount, 'the approximate number of people');
  want(has(categories(facts)), 'the categories of data');
  want(has(facts.steps), 'the steps being taken');
  want(has(facts.advice), 'what people can do to protect themselves');
  want(has(facts.contact), 'whom to ask');
  if (audience !== 'users') return findings;
  for (const heading of HEADINGS) want(text.includes(heading), `the heading "${heading}"`);
  const months = Math.max(0, ...facts.data.map((item) => law.monitoring?.[item] ?? 0));
  if (months > 0) want(new RegExp(`${months} months`).test(text), `the offer of ${months} months of monitoring`);
  if (law.extra !== undefined) want(has(law.extra), 'the right to a police report');
  want(/security freeze/i.test(text), 'how to freeze a credit file');
  if (facts.data.includes('email_and_password')) want(/password/i.test(text), 'that passwords must be changed');
  return findings;
}
