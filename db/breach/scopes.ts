import { usState } from '../../domain/usStates.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { note } from './incidents.ts';

/** Who is affected: a list, a query over the contacts, or the workspace's own users. */
export type Scope =
  | { kind: 'list'; listId: string }
  | { kind: 'contacts'; states: readonly string[]; tag: string | null }
  | { kind: 'users' };

/** People of a scope that are taken in at once. */
const page = 2_000;
/** A drill reaches for a sample only: its notices go to the officers. */
const drillPage = 50;

export async function addScope(tx: Tx, incidentId: string, scope: Scope, byUser: string): Promise<void> {
  const query = scope.kind === 'contacts' ? scope : { states: [], tag: null };
  await tx.run(
    `insert into breach_scopes (tenant_id, incident_id, kind, list_id, states, tag, added_by) values (decorum.tenant(), $1, $2, $3, $4, $5, $6)`,
    [incidentId, scope.kind, scope.kind === 'list' ? scope.listId : null, query.states, query.tag, byUser],
  );
  await note(tx, incidentId, 'scope', byUser, { ...scope });
  await want(tx, [breachWork(tx.tenantId, incidentId)]);
}

interface OpenScope extends Record<'id' | 'kind', string> {
  listId: string | null;
  states: string[];
  tag: string | null;
  through: string | null;
}

/** The next people of a scope that is not yet taken in; whoever is in already stays as they are. Answers whether there are more. */
export async function gatherNext(tx: Tx, incident: { id: string; isDrill: boolean }): Promise<boolean> {
  const [scope] = await tx.rows<OpenScope>(
    `select id, kind, list_id as "listId", states, tag, through from breach_scopes
     where incident_id = $1 and not done order by added_at, id limit 1 for update`,
    [incident.id],
  );
  if (!scope) return false;
  const size = incident.isDrill ? drillPage : page;
  const people = await nextPeople(tx, scope, size);
  await tx.run(
    `insert into breach_people (tenant_id, incident_id, person_id, kind, scope_id, state)
     select decorum.tenant(), $1, p.id, $2, $3, p.state from jsonb_to_recordset($4::jsonb) as p(id uuid, state text)
     on conflict do nothing`,
    [
      incident.id,
      scope.kind === 'users' ? 'user' : 'contact',
      scope.id,
      JSON.stringify(people.map(({ id, state }) => ({ id, state: usState(state) ?? '' }))),
    ],
  );
  await tx.run(`update breach_scopes set through = coalesce($2, through), done = $3 where id = $1`, [
    scope.id,
    people.at(-1)?.id ?? null,
    incident.isDrill || people.length < size,
  ]);
  return true;
}

function nextPeople(tx: Tx, scope: OpenScope, size: number): Promise<{ id: string; state: string }[]> {
  if (scope.kind === 'users') {
    return tx.rows(`select id, '' as state from users where ($1::uuid is null or id > $1) order by id limit $2`, [
      scope.through,
      size,
    ]);
  }
  if (scope.kind === 'list') {
    return tx.rows(
      `select c.id, c.state from list_members m join contacts c on c.tenant_id = m.tenant_id and c.id = m.contact_id
       where m.list_id = $1 and ($2::uuid is null or m.contact_id > $2) order by m.contact_id limit $3`,
      [scope.listId, scope.through, size],
    );
  }
  return tx.rows(
    `select id, state from contacts
     where ($1::uuid is null or id > $1) and (cardinality($2::text[]) = 0 or upper(trim(state)) = any($2)) and ($3::text is null or $3 = any(tags))
     order by id limit $4`,
    [scope.through, scope.states, scope.tag, size],
  );
}

export async function isGathering(tx: Tx, incidentId: string): Promise<boolean> {
  return (await tx.rows(`select from breach_scopes where incident_id = $1 and not done limit 1`, [incidentId])).length > 0;
}

/** How many are affected, by state of residence; empty: unknown. */
export async function residentsOf(tx: Tx, incidentId: string): Promise<Record<string, number>> {
  const rows = await tx.rows<{ state: string; people: number }>(
    `select state, count(*) as people from breach_people where incident_id = $1 group by state`,
    [incidentId],
  );
  return Object.fromEntries(rows.map(({ state, people }) => [state, people]));
}
