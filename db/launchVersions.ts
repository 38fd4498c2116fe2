import type { Definition } from '../domain/sequence.ts';
import { releaseHeld } from './holds.ts';
import type { Tx } from './transaction.ts';

/** People of a launch who are at the same step of the same version. */
export interface PlaceInLaunch {
  version: number;
  step: number;
  stepId: string;
  people: number;
  /** Where the new version takes them up; null: they keep the words that they have. */
  movesTo: { stepId: string } | null;
}

/**
 * Who would move where if the launch ran `version`. A person moves when every step up to the present one is the same in both: the record
 * of what was sent counts steps, so a step that was put before would be taken for one that has been sent, or the reverse.
 */
export async function lookAtMove(tx: Tx, launchId: string, version: number): Promise<PlaceInLaunch[] | null> {
  const [target] = await tx.rows<{ definition: Definition }>(
    `select v.definition from launches l join sequence_versions v using (tenant_id, sequence_id) where l.id = $1 and v.version = $2`,
    [launchId, version],
  );
  if (!target) return null;
  const places = await tx.rows<Omit<PlaceInLaunch, 'stepId' | 'movesTo'> & { definition: Definition }>(
    `select p.version, p.step, p.people, v.definition
     from (select sequence_id, version, step, count(*) as people from enrolments
           where launch_id = $1 and state in ('waiting', 'queued', 'paused') group by 1, 2, 3) as p
     join sequence_versions v on v.sequence_id = p.sequence_id and v.version = p.version
     order by p.version, p.step`,
    [launchId],
  );
  return places.map(({ definition, ...place }) => {
    const stepId = definition.steps[place.step]?.id ?? '';
    return { ...place, stepId, movesTo: place.step < stepsInCommon(definition, target.definition) ? { stepId } : null };
  });
}

/** Moves whoever can be moved, and the launch for whoever comes later. Answers how many people; null when there is no such version. */
export async function moveLaunch(tx: Tx, launchId: string, version: number, byUser: string): Promise<number | null> {
  await tx.run(`select from launches where id = $1 for update`, [launchId]);
  const places = await lookAtMove(tx, launchId, version);
  if (!places) return null;
  await tx.run(`update launches set version = $2 where id = $1`, [launchId, version]);
  // What was put back unsent is given its words anew, from those of its person's version.
  await tx.run(
    `update sends set variant = null, variant_test = null
     where id in (select id from sends where launch_id = $1 and state in ('planned', 'held') and variant is not null order by id for update)`,
    [launchId],
  );
  let moved = 0;
  for (const place of places.filter(({ movesTo, version: present }) => movesTo && present !== version)) {
    moved += await tx.run(
      `with people as (select id from enrolments where launch_id = $1 and version = $2 and step = $3
                       and state in ('waiting', 'queued', 'paused') order by id for update),
            moved as (update enrolments set version = $4 where id in (select id from people) returning id)
       insert into enrolment_events (tenant_id, enrolment_id, kind, step, by_user) select decorum.tenant(), id, 'moved', $3, $5 from moved`,
      [launchId, place.version, place.step, version, byUser],
    );
  }
  // Words that could not be written for a person may be the very reason for the new version; still at fault, they are held again.
  if (moved > 0) await releaseHeld(tx, launchId, ['unrenderable']);
  return moved;
}

/** How many steps from the first on have the same id and kind in both. */
function stepsInCommon(one: Definition, other: Definition): number {
  const differs = one.steps.findIndex(({ id, kind }, index) => {
    const step = other.steps[index];
    return step?.id !== id || step.kind !== kind;
  });
  return differs < 0 ? one.steps.length : differs;
}
