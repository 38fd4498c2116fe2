import type { PlannedLine, PlanOf } from '../domain/breachLines.ts';
import { breachPlan, endOfDue } from '../domain/breachPlan.ts';
import { breachLaw } from './breach.ts';
import { federalHolidays } from './holidays.ts';

const PROMISE = 'Privacy policy P6: affected users are e-mailed within 72 hours of discovery';

/**
 * The plan of an incident as lines, each with its citation: the law in force on the day of discovery where the affected people live, and
 * our own promise, whether or not anybody's residence is known.
 */
export const linePlan: PlanOf = (facts, known) => {
  const residents = Object.fromEntries(Object.entries(known).filter(([state]) => state !== ''));
  const on = facts.discoveredAt.slice(0, 10);
  const law = (state: string) => breachLaw.inForce(state, on);
  const plan = breachPlan(
    { ...facts, determinedAt: facts.determinedAt ?? undefined, residents },
    law,
    federalHolidays.asObserved,
  );
  const isNobodyKnown = Object.values(known).every((count) => count === 0);
  const hasUnknownResidence = (known[''] ?? 0) > 0;
  // Somebody whose state is unknown may live where no exemption helps: the promise stands.
  const promiseBy =
    plan.consumersBy ??
    (isNobodyKnown || hasUnknownResidence
      ? breachPlan({ ...facts, determinedAt: undefined, residents: { '': 1 } }, () => null, new Set()).consumersBy
      : null);

  function line(
    key: string,
    words: Pick<PlannedLine, 'audience' | 'state' | 'recipient' | 'due'> & Partial<PlannedLine>,
  ): PlannedLine {
    const row = law(words.state);
    return {
      key,
      dueAt: endOfDue(words.due).toString(),
      strictlyBefore: false,
      withNotice: words.due === plan.consumersBy,
      conditional: false,
      isDoubtful: row !== null && row.confidence !== 'high',
      citation: row?.citation ?? PROMISE,
      channel: row?.regulatorChannel ?? '',
      content: row?.requiredContent ?? '',
      ...words,
    };
  }
  return {
    lawVersion: breachLaw.version,
    lines: [
      ...(promiseBy === null
        ? []
        : [line('promise', { audience: 'users', state: '', recipient: 'every affected user', due: promiseBy })]),
      ...Object.entries(plan.consumersByLaw).map(([state, due]) =>
        line(`users/${state}`, { audience: 'users', state, recipient: `residents of ${state}`, due }),
      ),
      ...plan.regulators.map(({ state, to, due, strictlyBefore = false }) =>
        line(`regulators/${state}/${to}`, { audience: 'regulators', state, recipient: to, due, strictlyBefore }),
      ),
      ...plan.creditBureaus.map(({ state, due, conditional = false }) =>
        line(`bureaus/${state}`, { audience: 'bureaus', state, recipient: 'nationwide credit bureaus', due, conditional }),
      ),
    ],
  };
};
