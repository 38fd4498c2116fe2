/** What may be done about signs of abuse, the mildest first. */
export const measures = ['watch', 'throttle', 'pause'] as const;
/** `watch` tells the owner and changes nothing; `throttle` halves how much may leave; `pause` lets nothing leave until a person has decided. */
export type Measure = (typeof measures)[number];

/** What was counted, by the sign that it is counted for (P3: fraud and abuse). */
export interface Signs {
  /** Workspaces opened from one network within a day, this one among them. */
  sign_up_velocity: { workspaces: number };
  /** Network addresses from which one user logged in within a day. */
  log_in_places: { places: number };
  /** Messages within a day, and on an average day of the week before. */
  send_spike: { today: number; usual: number };
  /** Within seven days. */
  bounce_rate: { sent: number; bounced: number };
  complaint_rate: { sent: number; complained: number };
  /** Messages to the people of one import, and those that nobody has the address of. */
  dead_import: { sent: number; dead: number };
  /** Rows of an import, and those that were refused for what is never collected (P2). */
  never_collected: { rows: number; refused: number };
}
export type Sign = keyof Signs;

/** The counts from which a sign calls for each measure; of fewer than `least` nothing follows. */
type Judge<Counts> = (counts: Counts) => Measure | null;

const leastSendings = 50; // as of a mailbox (domain/bounceRate.ts)

const judges: { [Each in Sign]: Judge<Signs[Each]> } = {
  sign_up_velocity: ({ workspaces }) => graver([workspaces >= 3, workspaces >= 5, workspaces >= 10]),
  log_in_places: ({ places }) => graver([places >= 10, places >= 30, false]),
  send_spike: ({ today, usual }) => {
    if (today < 500) return null;
    if (usual < 50) return 'watch'; // everybody's first launch is a spike
    return graver([today >= 5 * usual, today >= 10 * usual, today >= 2_000 && today >= 20 * usual]);
  },
  bounce_rate: ({ sent, bounced }) => (sent < leastSendings ? null : graver([false, false, bounced / sent > 0.05])),
  complaint_rate: ({ sent, complained }) =>
    sent < leastSendings ? null : graver([complained / sent > 0.001, false, complained / sent >= 0.003]),
  dead_import: ({ sent, dead }) =>
    sent < leastSendings ? null : graver([dead / sent > 0.1, dead / sent > 0.2, dead / sent > 0.5]),
  never_collected: ({ rows, refused }) => graver([refused >= 5, refused >= 50 && refused / rows > 0.1, false]),
};
export const signs = Object.keys(judges) as Sign[];

/** What a sign calls for; null: nothing. */
export function measureFor<Each extends Sign>(sign: Each, counts: Signs[Each]): Measure | null {
  return judges[sign](counts);
}

/** The gravest of the measures that apply, in their order. */
function graver(apply: readonly [watch: boolean, throttle: boolean, pause: boolean]): Measure | null {
  return measures[apply.lastIndexOf(true)] ?? null;
}

/** Whether the second is graver than the first. */
export function isGraver(first: Measure, second: Measure): boolean {
  return measures.indexOf(second) > measures.indexOf(first);
}

/** How long a measure lasts while its sign is not seen again; a pause lasts until a person has decided. */
export const lastsDays: Readonly<Record<Measure, number | null>> = { watch: 7, throttle: 7, pause: null };
/** An appeal is answered within so many business days: our own promise. */
export const APPEAL_BUSINESS_DAYS = 5;
/** What a person has lifted is not taken up again for so long by the same sign. */
export const LIFTED_FOR_DAYS = 7;
