const called = (kind: string) => `o.kind = '${kind}' and o.state in ('met', 'late')`;
const found = (stands: string) =>
  `o.tenant_id as "tenantId", o.id as subject, jsonb_build_object('kind', o.kind, 'metAt', o.met_at, 'stands', ${stands}) as facts`;

/**
 * What was called kept, in time or late, and is not: somebody erased who is still among the contacts, an edition of a registry that is still
 * asked, a backup that is as unsound as it was, people of a breach who had not been told, a regulator with whom nothing was filed.
 */
export const keptInNameOnly = `
  select ${found('e.state')}
  from obligations o join erasures e on e.tenant_id = o.tenant_id and e.id = o.subject_id
  where ${called('person.erased')} and (e.state <> 'erased'
    or e.kind = 'contact' and exists (select from contacts c where c.tenant_id = e.tenant_id and c.id = e.person_id))
  union all
  select ${found(`o.basis ->> 'dataOn'`)}
  from obligations o
  where ${called('registry.fresh')} and exists (select from call_registries r where r.tenant_id = o.tenant_id and r.edition = o.subject_id)
  union all
  select ${found('b.state')}
  from obligations o join backups b on b.id = o.subject_id
  where ${called('backup.sound')} and b.state in ('unreadable', 'missing') and b.state = o.basis ->> 'what'
  union all -- who was found after it closed has a promise of their own
  select ${found('l.key')}
  from obligations o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id
  where ${called('breach.users')} and exists (
    select from breach_people p
    where p.tenant_id = l.tenant_id and p.incident_id = l.incident_id and p.notice in ('waiting', 'sending') and p.added_at <= o.met_at
      and (l.key like 'promise%' or p.state = split_part(l.key, '/', 2)))
  union all
  select ${found('l.key')}
  from obligations o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id
  where (${called('breach.regulators')} or ${called('breach.bureaus')}) and l.filed_at is null`;
