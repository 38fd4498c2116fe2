import { isDeepStrictEqual } from 'node:util';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { breachPlan } from '../domain/breachPlan.ts';
import { callingWindow } from '../domain/callingWindow.ts';
import { closureDeadlines, requestDeadlines } from '../domain/privacyDeadlines.ts';
import { breachLaw } from '../law/breach.ts';
import { callingTables } from '../law/calling.ts';
import { isoDate, stateCode, zoneName } from '../law/columns.ts';
import { federalHolidays } from '../law/holidays.ts';
import { privacyTables } from '../law/privacy.ts';

/** What became of one case: null when it came out as expected. */
export type Difference = { readonly id: string } & (
  | { readonly expected: unknown; readonly got: unknown }
  | { readonly error: string }
);

type RunCase = (text: unknown) => Difference | null;

// Instants are compared as instants: 08:00-05:00 and 13:00Z are one.
const instant = z.iso.datetime({ offset: true }).transform((text) => Temporal.Instant.from(text).toString());
const dueDate = z.strictObject({ date: isoDate, at: instant });
const flag = z.boolean().transform((set) => set || undefined); // false is the same as not given

/** A kind of case: its two shapes, both strict, and the rule that makes the second of the first. */
function kind<Given extends z.ZodType>(given: Given, expect: z.ZodType, answer: (given: z.output<Given>) => unknown): RunCase {
  const Case = z.strictObject({ id: z.string().min(1), given: z.unknown(), expect, note: z.string().optional() });
  return (text) => {
    const shape = Case.safeParse(text);
    if (!shape.success) return { id: idOf(text), error: z.prettifyError(shape.error) };
    const { id, expect: expectation } = shape.data;
    const facts = given.safeParse(shape.data.given);
    if (!facts.success) return { id, error: z.prettifyError(facts.error) };
    try {
      const [expected, got] = [plain(expectation), plain(answer(facts.data))];
      return isDeepStrictEqual(got, expected) ? null : { id, expected, got };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** The kinds of golden files, by name; see test/golden/README.md. */
export const goldenKinds: Readonly<Record<string, RunCase>> = {
  calling: kind(
    z.strictObject({
      number: z.string().regex(/^\+[1-9]\d{1,14}$/, 'a number is E.164'),
      at: instant,
      state: stateCode.optional(),
      zone: zoneName.optional(),
    }),
    z
      .strictObject({ allowed: z.boolean(), opensAt: instant.nullable(), reason: z.string().optional() })
      .transform(({ allowed, opensAt }) => ({ allowed, opensAt })), // the reason is for reading
    (facts) => {
      const { allowed, opensAt } = callingWindow(facts, callingTables);
      return { allowed, opensAt };
    },
  ),
  breach: kind(
    z.strictObject({
      discoveredAt: instant,
      determinedAt: instant.optional(),
      residents: z.record(stateCode, z.int().nonnegative()),
      data: z.array(z.enum(['ssn', 'driver_licence', 'email_and_password'])),
      encrypted: z.boolean().optional(),
      keySafe: z.boolean().optional(),
      nyDfsCoveredEntity: z.boolean().optional(),
    }),
    z.strictObject({
      consumersBy: instant.nullable(),
      consumersByLaw: z.record(stateCode, isoDate),
      regulators: z.array(
        z.strictObject({ state: stateCode, to: z.string(), due: instant.or(isoDate), strictlyBefore: flag.optional() }),
      ),
      creditBureaus: z.array(z.strictObject({ state: stateCode, due: instant.or(isoDate), conditional: flag.optional() })),
    }),
    (facts) =>
      breachPlan(facts, (state) => breachLaw.inForce(state, facts.discoveredAt.slice(0, 10)), federalHolidays.asObserved),
  ),
  privacy: kind(
    z.strictObject({
      receivedAt: instant,
      state: z.string().nullable(), // whatever is no state counts as unknown
      kind: z.enum(['access', 'correct', 'delete', 'portability', 'opt_out', 'appeal', 'unsubscribe', 'account_closure']),
    }),
    z.union([
      z.strictObject({
        receivedDate: isoDate,
        acknowledge: dueDate.nullable(),
        answer: dueDate.nullable(),
        extended: dueDate.nullable(),
      }),
      z.strictObject({ receivedDate: isoDate, livePurge: dueDate.nullable(), backupsPurged: dueDate.nullable() }),
    ]),
    ({ kind: asked, ...request }) => {
      if (asked === 'account_closure') return closureDeadlines(request, privacyTables);
      const { receivedDate, acknowledge, answer, extended } = requestDeadlines({ ...request, kind: asked }, privacyTables);
      return { receivedDate, acknowledge, answer, extended };
    },
  ),
};

/** Runs a file's text: a case that is malformed, or a file that holds no list of cases, has failed. */
export function runGolden(
  runCase: RunCase,
  text: string,
): { readonly passed: number; readonly differences: readonly Difference[] } {
  const cases = readCases(text);
  if ('error' in cases) return { passed: 0, differences: [{ id: '(file)', error: cases.error }] };
  const differences = cases.list.map(runCase).filter((difference) => difference !== null);
  return { passed: cases.list.length - differences.length, differences };
}

function readCases(text: string): { list: unknown[] } | { error: string } {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? { list } : { error: 'the file is no JSON array' };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function idOf(text: unknown): string {
  const named = z.looseObject({ id: z.string() }).safeParse(text);
  return named.success ? named.data.id : '(no id)';
}

/** As JSON would hold it: instants as text, nothing undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
