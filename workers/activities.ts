import { abuseActivities } from '../activities/abuse.ts';
import { accountLetterActivities, type LetterDependencies } from '../activities/accountLetters.ts';
import { type BackupDependencies, backupActivities } from '../activities/backups.ts';
import { type BillingDependencies, billingActivities } from '../activities/billing.ts';
import { type BreachDependencies, breachActivities } from '../activities/breach.ts';
import { deletionActivities } from '../activities/deletion.ts';
import type { DeletionDependencies } from '../activities/deletion/world.ts';
import { doNotCallActivities } from '../activities/doNotCall.ts';
import { type ErasureDependencies, erasureActivities } from '../activities/erasures.ts';
import { type ExportDependencies, exportActivities } from '../activities/exports.ts';
import { type ForwardingDependencies, forwardingActivities } from '../activities/forwarding.ts';
import { type ImportDependencies, importActivities } from '../activities/imports.ts';
import { type MailDependencies, mailActivities } from '../activities/mail.ts';
import { outreachActivities } from '../activities/outreach.ts';
import { type RecordKeepingDependencies, recordKeepingActivities } from '../activities/recordKeeping.ts';
import { type RegistryDependencies, registryActivities } from '../activities/registries.ts';
import { rehearsalActivities } from '../activities/rehearsal.ts';
import { suppressionActivities } from '../activities/suppression.ts';

/** Every activity by its name, for every task queue: a queue is a kind of wait, not a kind of worker. */
export function allActivities(
  deps: MailDependencies &
    ForwardingDependencies &
    ImportDependencies &
    ErasureDependencies &
    ExportDependencies &
    BillingDependencies &
    LetterDependencies &
    BackupDependencies &
    BreachDependencies &
    RecordKeepingDependencies &
    RegistryDependencies & { deletion: DeletionDependencies },
) {
  return {
    ...outreachActivities(deps),
    ...mailActivities(deps),
    ...forwardingActivities(deps),
    ...suppressionActivities(deps),
    ...rehearsalActivities(deps),
    ...importActivities(deps),
    ...erasureActivities(deps),
    ...exportActivities(deps),
    ...billingActivities(deps),
    ...backupActivities(deps),
    ...breachActivities(deps),
    ...accountLetterActivities(deps),
    ...deletionActivities(deps.deletion),
    ...abuseActivities(deps),
    ...recordKeepingActivities(deps),
    ...registryActivities(deps),
    ...doNotCallActivities(deps),
  };
}
