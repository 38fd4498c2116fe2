import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// A launch of a hundred thousand people is taken up again cohort by cohort; all dates move by the same length, whichever comes last.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table launches
      add column resuming_at timestamptz, -- of a paused launch that is being taken up again: the end of its pause
      add column resumed_through int not null default 0; -- cohorts up to this one have their new dates
  `);
  await describe(knex, 'launches', {
    resuming_at: 'system.operations; account; delete',
    resumed_through: 'system.operations; account; delete',
  });
}
