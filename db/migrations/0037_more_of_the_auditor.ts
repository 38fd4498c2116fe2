import type { Knex } from 'knex';

// Why the auditor sees who was erased, told and filed with: that a promise was called kept is no proof that it was. Ids and instants again,
// and of contacts nothing but that they are there.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create policy watcher on erasures for select to decorum_watcher using (true);
    grant select (tenant_id, id, kind, person_id, state) on erasures to decorum_watcher;
    create policy watcher on contacts for select to decorum_watcher using (true);
    grant select (tenant_id, id) on contacts to decorum_watcher;
    create policy watcher on breach_people for select to decorum_watcher using (true);
    grant select (tenant_id, incident_id, person_id, state, notice, added_at) on breach_people to decorum_watcher;
    grant select (filed_at) on breach_lines to decorum_watcher;
    grant select (edition) on call_registries to decorum_watcher;
  `);
}
