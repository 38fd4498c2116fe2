import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { lockIncident, note } from './incidents.ts';
import { settleNoticeAt } from './planning.ts';
import { readSettings } from './settings.ts';

export type Approval = 'approved' | 'needs_another' | 'changed' | 'started' | 'closed' | 'not_an_officer' | 'not_found';

/** Approves the notices as they were at `revision`; what has changed since was not seen and is not approved. */
export async function approve(tx: Tx, incidentId: string, revision: number, byUser: string): Promise<Approval> {
  const incident = await lockIncident(tx, incidentId);
  if (!incident) return 'not_found';
  const officers = await tx.rows(`select from users where id = $1 and role in ('officer', 'owner')`, [byUser]);
  if (officers.length === 0) return 'not_an_officer';
  if (incident.state === 'closed') return 'closed';
  if (incident.noticeStartedAt) return 'started';
  if (incident.revision !== revision) return 'changed';
  const added = await tx.run(
    `insert into breach_approvals (tenant_id, incident_id, revision, by_user) values (decorum.tenant(), $1, $2, $3) on conflict do nothing`,
    [incidentId, revision, byUser],
  );
  if (added > 0) await note(tx, incidentId, 'approved', byUser, { revision });
  await settleNoticeAt(tx, incidentId);
  await want(tx, [breachWork(tx.tenantId, incidentId)]);
  return (await isApproved(tx, incidentId, revision)) ? 'approved' : 'needs_another';
}

async function isApproved(tx: Tx, incidentId: string, revision: number): Promise<boolean> {
  const { fourEyes } = await readSettings(tx);
  const given = await tx.rows(`select from breach_approvals where incident_id = $1 and revision = $2`, [incidentId, revision]);
  return given.length >= (fourEyes ? 2 : 1);
}

/** Who has approved the present revision. */
export async function approversOf(tx: Tx, incidentId: string): Promise<string[]> {
  const rows = await tx.rows<{ byUser: string }>(
    `select a.by_user as "byUser" from breach_approvals a join breach_incidents i on i.tenant_id = a.tenant_id and i.id = a.incident_id and i.revision = a.revision
     where i.id = $1 order by a.at`,
    [incidentId],
  );
  return rows.map(({ byUser }) => byUser);
}
