import { randomUUID } from 'node:crypto';
import { addSequence } from '../../db/sequences.ts';
import type { Tx } from '../../db/transaction.ts';
import type { SendWindow } from '../../domain/sendWindow.ts';
import { Definition, type Step } from '../../domain/sequence.ts';

/** Open at every hour of every day: for tests that are not about windows. */
export const alwaysOpen: SendWindow = { from: '00:00', to: '24:00', weekdays: [1, 2, 3, 4, 5, 6, 7], skipHolidays: false };

export function emailStep(facts: Partial<Extract<Step, { kind: 'email' }>> = {}): Step {
  return {
    id: 'hello',
    kind: 'email',
    after: { hours: 0 },
    branches: {},
    subject: 'Hello',
    text: 'Hello {{ first_name }}',
    ...facts,
  };
}

/** Two e-mails a day apart, in a window that never closes, unless said otherwise. Answers the sequence's id; its version is 1. */
export async function newSequence(
  tx: Tx,
  { by, ...facts }: { by: string; steps?: Step[]; window?: SendWindow },
): Promise<string> {
  const steps = facts.steps ?? [
    emailStep(),
    emailStep({ id: 'again', after: { hours: 24 }, subject: '', text: 'Any thoughts?' }),
  ];
  const definition = Definition.parse({ window: facts.window ?? alwaysOpen, steps });
  return addSequence(tx, { name: `Sequence ${randomUUID()}`, definition, by });
}
