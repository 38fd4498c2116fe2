/**
 * Whether a number has had another holder since a day: the question that the FCC's Reassigned Numbers Database answers (47 CFR 64.1200(m)).
 * `no data`: nothing is known of the number, which clears nobody and refuses nobody.
 */
export interface ReassignedNumbers {
  sinceThen(e164: string, since: Date): Promise<'yes' | 'no' | 'no data'>;
}
