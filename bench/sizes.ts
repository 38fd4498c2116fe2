export interface Sizes {
  runs: number;
  /** Messages of a launch. */
  emails: number;
  /** Messages with a workflow for each recipient. */
  perRecipient: number;
  bareMail: number;
  importRows: number;
  /** Numbers on the do-not-call registry, and the calls that are cleared against it. */
  registryNumbers: number;
  clearances: number;
  /** People of the launches whose histories are weighed, the smaller one first. */
  histories: readonly [number, number];
}

export const full: Sizes = {
  runs: 3,
  emails: 20_000,
  perRecipient: 800, // its rate does not depend on the number, and three rounds must fit into a quarter of an hour
  bareMail: 5_000,
  importRows: 200_000,
  registryNumbers: 10_000_000,
  clearances: 10_000,
  histories: [1_000, 100_000],
};

/** For development and for the test of the bench itself: its numbers mean nothing. */
export const quick: Sizes = {
  runs: 1,
  emails: 300,
  perRecipient: 30,
  bareMail: 100,
  importRows: 3_000,
  registryNumbers: 100_000,
  clearances: 100,
  histories: [100, 300],
};
