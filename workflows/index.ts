// The bundle's entry: every workflow by its type.
export { mailboxSender } from './mailboxSender.ts';
export { outreachCohort } from './outreachCohort.ts';
export { outreachSequence } from './outreachSequence.ts';
export { suppression } from './suppression.ts';
