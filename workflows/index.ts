// The bundle's entry: every workflow by its type.
export { accountLetter } from './accountLetter.ts';
export { backup } from './backup.ts';
export { breachNotification } from './breachNotification.ts';
export { contactImport } from './contactImport.ts';
export { dataExport } from './dataExport.ts';
export { dncRefresh } from './dncRefresh.ts';
export { dncWatch } from './dncWatch.ts';
export { doNotCall } from './doNotCall.ts';
export { mailboxSender } from './mailboxSender.ts';
export { outreachCohort } from './outreachCohort.ts';
export { outreachSequence } from './outreachSequence.ts';
export { recordKeeping } from './recordKeeping.ts';
export { rehearsal } from './rehearsal.ts';
export { suppression } from './suppression.ts';
