import type { IncidentFacts } from './breachFacts.ts';
import type { Audience } from './breachNotice.ts';
import type { Due } from './breachPlan.ts';

/** Somebody who must be told, by when, and by which law. */
export interface PlannedLine {
  /** Names the line within its incident: the same duty after a change of facts is the same line. */
  readonly key: string;
  readonly audience: Audience;
  /** Empty for our own promise, which holds everywhere. */
  readonly state: string;
  readonly recipient: string;
  readonly due: Due;
  readonly dueAt: string;
  readonly strictlyBefore: boolean;
  /** Its clock comes forward with the users' notice. */
  readonly withNotice: boolean;
  readonly conditional: boolean;
  readonly isDoubtful: boolean;
  readonly citation: string;
  readonly channel: string;
  readonly content: string;
}

export interface LinePlan {
  /** Of the law table that decided. */
  readonly lawVersion: string;
  readonly lines: readonly PlannedLine[];
}

/** The plan for the facts and the people affected, by state of residence; an empty state is an unknown one. */
export type PlanOf = (facts: IncidentFacts, residents: Readonly<Record<string, number>>) => LinePlan;

/** Whether a date moves as it may: earlier always, later only with an officer's reason. */
export function movedDue(planned: Date, current: Date, reason: string): Date {
  if (planned < current) return planned;
  return reason === '' ? current : planned;
}
