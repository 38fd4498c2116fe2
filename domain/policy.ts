import { type ObligationKind, promises } from './obligation.ts';

export interface Clause {
  clause: `P${number}`;
  /** In short, as the public policy has it. */
  promise: string;
  /** What keeps it where no clock of its own runs; null: nothing here does, somebody has to. */
  without?: string | null;
}

/** The public policy, clause by clause. */
export const policy: readonly Clause[] = [
  { clause: 'P1', promise: 'What is collected', without: 'Each column says what it holds and when it is erased.' },
  { clause: 'P2', promise: 'What is never collected', without: 'Refused at each import.' },
  { clause: 'P3', promise: 'What data are used for; abuse is detected' },
  { clause: 'P4', promise: 'Never sold, shared only with those named', without: null },
  { clause: 'P5', promise: 'Kept safe: encryption, backups, walls between workspaces' },
  { clause: 'P6', promise: 'A breach is told of within 72 hours, to regulators as each state wants' },
  { clause: 'P7', promise: 'A deleted account is erased within 30 days, from backups within 60; billing records after 7 years' },
  { clause: 'P8', promise: 'Access, correction, deletion and a copy for everyone' },
  { clause: 'P9', promise: 'The rights of Californians', without: null },
  { clause: 'P10', promise: 'The same in the other states', without: null },
  { clause: 'P11', promise: 'E-mail: a way out, a postal address, opt-outs within ten business days' },
  { clause: 'P12', promise: 'Calls only when allowed; who asks not to be called is not, at once' },
  { clause: 'P13', promise: 'No data of children', without: 'By erasing the person: the clock is one of P8.' },
  { clause: 'P14', promise: 'No tracking; Global Privacy Control is honoured', without: null },
  { clause: 'P15', promise: 'One essential cookie', without: 'By how the console is built.' },
  { clause: 'P16', promise: 'A change of the policy is announced 30 days before', without: null },
  { clause: 'P17', promise: 'Requests are acknowledged in 10 business days and answered in 45 days', without: null },
];

/** A drill keeps no promise and breaks none: nobody is affected. */
const practised: readonly ObligationKind[] = ['breach.drill'];

/** What proves whether a promise was kept: each kind of obligation with the clause that it stands for. */
export const proofs = (Object.keys(promises) as ObligationKind[])
  .filter((kind) => !practised.includes(kind))
  .map((kind) => ({ kind, clause: promises[kind].clause }));
