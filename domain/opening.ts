/** Where a person is, as far as the record knows: what the candidate zones follow from. */
export interface Place {
  readonly zone: string | null;
  readonly state: string;
  readonly country: string;
}

/** When a message may reach a person: from `at` (included) to `closesAt` (excluded). */
export interface Opening {
  readonly at: Date;
  readonly closesAt: Date;
}
