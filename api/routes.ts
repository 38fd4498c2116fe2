import type { Route } from './route.ts';
import { abuseRoutes } from './routes/abuse.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/account.ts';
import { auditLogRoutes } from './routes/auditLog.ts';
import { auditorRoutes } from './routes/auditor.ts';
import { backupRoutes } from './routes/backups.ts';
import { billingRoutes } from './routes/billing.ts';
import { breachRoutes } from './routes/breaches.ts';
import { breachEvidenceRoutes } from './routes/breachEvidence.ts';
import { breachFilingRoutes } from './routes/breachFilings.ts';
import { breachNoticeRoutes } from './routes/breachNotices.ts';
import { breachPeopleRoutes } from './routes/breachPeople.ts';
import { drillScoreRoutes } from './routes/drillScores.ts';
import { regulatorRoutes } from './routes/regulators.ts';
import { callRoutes } from './routes/calls.ts';
import { callRegistryRoutes } from './routes/callRegistries.ts';
import { callingSwitchRoutes } from './routes/callingSwitches.ts';
import { doNotCallRoutes } from './routes/doNotCall.ts';
import { caughtMailRoutes } from './routes/caughtMail.ts';
import { inboundRoutes } from './routes/inbound.ts';
import { companyRoutes } from './routes/companies.ts';
import { contactRoutes } from './routes/contacts.ts';
import { dataMapRoutes } from './routes/dataMap.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { deletionRoutes } from './routes/deletions.ts';
import { exportRoutes } from './routes/exports.ts';
import { historyRoutes } from './routes/histories.ts';
import { importRoutes } from './routes/imports.ts';
import { legalHoldRoutes } from './routes/legalHolds.ts';
import { listRoutes } from './routes/lists.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { launchPeopleCsvRoutes } from './routes/launchPeopleCsv.ts';
import { launchRoutes } from './routes/launches.ts';
import { lawTableRoutes } from './routes/lawTables.ts';
import { mailboxRoutes } from './routes/mailboxes.ts';
import { obligationRoutes } from './routes/obligations.ts';
import { previewRoutes } from './routes/previews.ts';
import { promiseRoutes } from './routes/promises.ts';
import { rehearsalRoutes } from './routes/rehearsals.ts';
import { reportRoutes } from './routes/reports.ts';
import { sendDayRoutes } from './routes/sendDays.ts';
import { sequenceRoutes } from './routes/sequences.ts';
import { sessionRoutes } from './routes/session.ts';
import { signUpRoutes } from './routes/signUp.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { systemRoutes } from './routes/system.ts';
import { tableFileRoutes } from './routes/tableFiles.ts';
import { taskRoutes } from './routes/tasks.ts';
import { tenantRoutes } from './routes/tenant.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { usageRoutes } from './routes/usage.ts';
import { userRoutes } from './routes/users.ts';
import { variantRoutes } from './routes/variants.ts';

/** Every route of the API. What is not in this list does not exist. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...signUpRoutes,
  ...accountRoutes,
  ...accessRoutes,
  ...tenantRoutes,
  ...userRoutes,
  ...usageRoutes,
  ...companyRoutes,
  ...contactRoutes,
  ...importRoutes,
  ...exportRoutes,
  ...billingRoutes,
  ...dataMapRoutes,
  ...erasureRoutes,
  ...deletionRoutes,
  ...legalHoldRoutes,
  ...tableFileRoutes, // before the routes of which `export` would be an id
  ...listRoutes,
  ...integrationRoutes,
  ...mailboxRoutes,
  ...sendDayRoutes,
  ...sequenceRoutes,
  ...previewRoutes,
  ...launchRoutes,
  ...launchPeopleCsvRoutes,
  ...variantRoutes,
  ...rehearsalRoutes,
  ...reportRoutes,
  ...timelineRoutes,
  ...taskRoutes,
  ...callRoutes,
  ...doNotCallRoutes,
  ...callingSwitchRoutes,
  ...callRegistryRoutes,
  ...obligationRoutes,
  ...promiseRoutes,
  ...breachRoutes,
  ...breachNoticeRoutes,
  ...breachFilingRoutes,
  ...breachPeopleRoutes,
  ...breachEvidenceRoutes,
  ...drillScoreRoutes,
  ...regulatorRoutes,
  ...lawTableRoutes,
  ...suppressionRoutes,
  ...auditLogRoutes,
  ...systemRoutes,
  ...historyRoutes,
  ...backupRoutes,
  ...auditorRoutes,
  ...abuseRoutes,
  ...inboundRoutes,
  ...caughtMailRoutes,
];
