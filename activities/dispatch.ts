/** Starts and wakes what the outbox owes; after each commit that gave a workflow work, so that nobody waits for the sweep. */
export interface Dispatch {
  deliver(): Promise<void>;
}
