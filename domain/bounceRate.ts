/** What became of a mailbox's messages within the last seven days. */
export interface Sendings {
  /** Messages that a server took or refused for good. */
  readonly sent: number;
  readonly bounced: number;
  readonly complained: number;
}

/** Too few messages say nothing about a mailbox. */
const leastMessages = 50;
/** Shares from which receivers begin to distrust a sender: first a warning, then the mailbox stops. */
const bounces = { warn: 0.02, stop: 0.03 };
const complaints = { warn: 0.001, stop: 0.003 };

/** How a mailbox stands with its receivers; of two faults the graver counts. */
export function standing({ sent, bounced, complained }: Sendings): 'well' | 'warned' | 'bounce_rate' | 'complaint_rate' {
  if (sent < leastMessages) return 'well';
  if (complained / sent >= complaints.stop) return 'complaint_rate';
  if (bounced / sent >= bounces.stop) return 'bounce_rate';
  return bounced / sent >= bounces.warn || complained / sent >= complaints.warn ? 'warned' : 'well';
}
