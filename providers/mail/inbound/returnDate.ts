import { Temporal } from 'temporal-polyfill';

const MONTHS: readonly (readonly [RegExp, number])[] = [
  [/^(?:jan|jän|ene|janv|gen)/, 1],
  [/^(?:feb|fév|fev)/, 2],
  [/^(?:mar|mär|mrz|maa)/, 3],
  [/^(?:apr|abr|avr)/, 4],
  [/^(?:may|mai|mayo|mag|mei)/, 5],
  [/^(?:jun|juin|giu)/, 6],
  [/^(?:jul|juil|lug)/, 7],
  [/^(?:aug|ago|aoû|aou)/, 8],
  [/^(?:sep|set)/, 9],
  [/^(?:oct|okt|out|ott)/, 10],
  [/^(?:nov)/, 11],
  [/^(?:dec|dez|dic|déc)/, 12],
];
const MONTH_NAME =
  '(jan(?:uary|uar|vier)?|jänner|enero|gennaio|feb(?:ruary|ruar|rero|braio)?|février|fevereiro|mar(?:ch|zo|s|ço)?|märz|mrz|maart|apr(?:il|ile)?|abril|avril|may|mai|mayo|maggio|mei|june?|juni|juin|junio|giugno|july?|juli|juillet|julio|luglio|aug(?:ust|ustus)?|ago(?:sto)?|août|sep(?:t|tember|tiembre|tembre)?|set(?:tembre|embro)?|oct(?:ober|ubre|obre)?|okt(?:ober)?|ottobre|outubro|nov(?:ember|iembre|embre|embro)?|dec(?:ember)?|dez(?:ember|embro)?|dic(?:iembre|embre)?|décembre)\\.?';
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Each way to write a date, with what its groups are. */
const FORMS: readonly {
  pattern: RegExp;
  read: (match: RegExpExecArray) => { year?: number; month: number; day: number } | null;
}[] = [
  {
    pattern: /\b(20\d\d)-(\d{1,2})-(\d{1,2})\b/g,
    read: ([, year, month, day]) => ({ year: Number(year), month: Number(month), day: Number(day) }),
  },
  // 12.12.2026, 12.12.: day first where dots are used
  {
    pattern: /(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(20\d\d))?(?!\d)/g,
    read: ([, day, month, year]) => ({ ...yearOf(year), month: Number(month), day: Number(day) }),
  },
  // 12/31/2026: month first, as in the U.S., unless it cannot be one
  {
    pattern: /\b(\d{1,2})\/(\d{1,2})(?:\/(20\d\d|\d\d))?\b/g,
    read: ([, first, second, year]) => {
      const [month, day] = Number(first) > 12 ? [Number(second), Number(first)] : [Number(first), Number(second)];
      return { ...yearOf(year), month, day };
    },
  },
  {
    pattern: new RegExp(`\\b${MONTH_NAME}\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b(?:,?\\s+(20\\d\\d))?`, 'gi'),
    read: ([, month, day, year]) => named(month, day, year),
  },
  {
    pattern: new RegExp(
      `\\b(\\d{1,2})(?:st|nd|rd|th|er|\\.|º)?\\s+(?:of\\s+|de\\s+|d')?${MONTH_NAME}(?:,?\\s+(?:de\\s+)?(20\\d\\d))?`,
      'gi',
    ),
    read: ([, day, month, year]) => named(month, day, year),
  },
];
/** What stands before the day of return, or before the end of the absence. */
const LEADS =
  /(?:return\w*|back|until|till?|through|thru|zurück|wieder|bis|ab|retour|jusqu['’]?\w*|hasta|vuelta|regres\w+|reincorpor\w+|rientro|fino|torn\w+|terug|tot|até|volto|\bto\b|\bau\b|\bal\b|[-–])[^.!?\n]{0,40}$/i;
const LONGEST_DAYS = 366;

/**
 * The day of return that an automatic answer states, as an ISO date not before `receivedOn`; null when it states none.
 * Of several days the last one counts, those after "back", "until" and the like before any other.
 */
export function returnDate(text: string, receivedOn: string): string | null {
  const received = Temporal.PlainDate.from(receivedOn);
  const found = [...datesIn(text, received), ...weekdaysIn(text, received)].filter(
    ({ on }) => Temporal.PlainDate.compare(on, received) >= 0 && received.until(on, { largestUnit: 'days' }).days <= LONGEST_DAYS,
  );
  const led = found.filter(({ isLed }) => isLed);
  const [last] = (led.length > 0 ? led : found).map(({ on }) => on).sort((a, b) => Temporal.PlainDate.compare(b, a));
  return last?.toString() ?? null;
}

interface Found {
  on: Temporal.PlainDate;
  isLed: boolean;
}

function datesIn(text: string, received: Temporal.PlainDate): Found[] {
  const found: Found[] = [];
  for (const { pattern, read } of FORMS) {
    for (const match of text.matchAll(pattern)) {
      const parts = read(match);
      const on = parts && resolve(parts, received);
      if (on) found.push({ on, isLed: LEADS.test(text.slice(Math.max(0, match.index - 60), match.index)) });
    }
  }
  return found;
}

/** "back on Monday", "until tomorrow": only with a word of return before it. */
function weekdaysIn(text: string, received: Temporal.PlainDate): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(
    /\b(?:(monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(tomorrow))\b(?!,?\s+(?:the\s+)?\w*\s?\d)/gi,
  )) {
    if (!LEADS.test(text.slice(Math.max(0, match.index - 40), match.index))) continue;
    const days = match[1] ? (WEEKDAYS.indexOf(match[1].toLowerCase()) + 1 - received.dayOfWeek + 7) % 7 || 7 : 1;
    found.push({ on: received.add({ days }), isLed: true });
  }
  return found;
}

function resolve(
  { year, month, day }: { year?: number; month: number; day: number },
  received: Temporal.PlainDate,
): Temporal.PlainDate | null {
  try {
    if (year !== undefined) return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
    const thisYear = Temporal.PlainDate.from({ year: received.year, month, day }, { overflow: 'reject' });
    // A day without a year is the next one, unless it has just gone by.
    return Temporal.PlainDate.compare(thisYear, received.subtract({ days: 60 })) < 0 ? thisYear.add({ years: 1 }) : thisYear;
  } catch (error) {
    if (error instanceof RangeError) return null; // no such day: it was no date
    throw error;
  }
}

function named(
  month: string | undefined,
  day: string | undefined,
  year: string | undefined,
): { year?: number; month: number; day: number } | null {
  const name = (month ?? '').toLowerCase();
  const number = MONTHS.find(([begins]) => begins.test(name))?.[1];
  return number === undefined ? null : { ...yearOf(year), month: number, day: Number(day) };
}

function yearOf(year: string | undefined): { year?: number } {
  if (!year) return {};
  return { year: year.length === 2 ? 2000 + Number(year) : Number(year) };
}
