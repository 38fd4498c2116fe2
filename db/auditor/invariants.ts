/** A promise that must hold at every instant, and what the auditor does when it finds it broken. */
export interface Invariant {
  /** Of the policy; of the machine itself null. */
  readonly clause: `P${number}` | null;
  readonly promise: string;
  /** How long something must be seen before it is a finding: what is on its way is not broken. */
  readonly patienceSeconds: number;
  /** What has happened has happened: such a finding stands until somebody has dealt with it. */
  readonly mends: boolean;
  /** No message may leave while nobody knows why one did that must not. */
  readonly pausesSending?: true;
}

export const invariants = {
  message_after_suppression: {
    clause: 'P11',
    promise: 'No message begins after its recipient has been suppressed.',
    patienceSeconds: 0,
    mends: false,
    pausesSending: true,
  },
  obligation_overdue: { clause: null, promise: 'No obligation is open past its date.', patienceSeconds: 0, mends: true },
  due_date_differs: {
    clause: null,
    promise: 'Each due date follows from its facts, and each obligation closed as its instants say.',
    patienceSeconds: 0,
    mends: false,
  },
  kept_in_name_only: {
    clause: null,
    promise: 'What was called kept is kept: the erased are gone, the affected told, the data renewed.',
    patienceSeconds: 0,
    mends: true,
  },
  obligation_without_workflow: {
    clause: null,
    promise: 'Each open obligation has a workflow that keeps it.',
    patienceSeconds: 120,
    mends: true,
  },
  workflow_without_obligation: {
    clause: null,
    promise: 'Each workflow with a legal clock has its obligation.',
    patienceSeconds: 120,
    mends: true,
  },
  table_without_wall: {
    clause: 'P5',
    promise: "Every table of tenants has forced row-level security by the transaction's tenant.",
    patienceSeconds: 0,
    mends: true,
  },
  key_without_tenant: {
    clause: 'P5',
    promise: 'Every key between tables of tenants includes the tenant.',
    patienceSeconds: 0,
    mends: true,
  },
  registry_stale: {
    clause: 'P12',
    promise: 'Do-not-call data in use is at most 31 days old (16 CFR 310.4(b)(3)(iv)).',
    patienceSeconds: 0,
    mends: true,
  },
  backups_unsound: {
    clause: 'P5',
    promise: 'A readable backup of the last day is there, a drill has restored one lately, and none is older than 30 days (P7).',
    patienceSeconds: 0,
    mends: true,
  },
  workflow_task_failing: {
    clause: null,
    promise: 'No workflow is stuck with a task that keeps failing.',
    patienceSeconds: 60,
    mends: true,
  },
  outbox_undelivered: {
    clause: null,
    promise: 'What the record wants, Temporal hears within five minutes.',
    patienceSeconds: 300,
    mends: true,
  },
  handing_too_long: {
    clause: 'P11',
    promise: 'No message stands at the wire for longer than two minutes.',
    patienceSeconds: 60,
    mends: true,
  },
  canary_unheard: {
    clause: 'P11',
    promise: 'A synthetic opt-out by the public link is answered, in force and proved every day.',
    patienceSeconds: 0,
    mends: true,
  },
  check_failed: { clause: null, promise: 'The auditor can look at everything above.', patienceSeconds: 180, mends: true },
  auditor_silent: { clause: null, promise: 'The auditor looks every minute.', patienceSeconds: 0, mends: true },
} as const satisfies Record<string, Invariant>;
export type InvariantName = keyof typeof invariants;

export const invariantNames = Object.keys(invariants) as InvariantName[];

/** Findings about the machine itself belong to no tenant. */
export const machine = '00000000-0000-0000-0000-000000000000';

/** Something that breaks an invariant. */
export interface Seen {
  tenantId: string;
  subject: string;
  /** Ids and instants. */
  facts: Record<string, unknown>;
}

/** The auditor has said nothing for so long: then it is not running. */
export const silentAfter = '3 minutes';
