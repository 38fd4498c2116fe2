import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// Why wall clock: it is a pause before a mail server is tried again, no date that anybody was promised.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table inbound_messages add column forward_after timestamptz`);
  await describe(knex, 'inbound_messages', { forward_after: 'system.operations; contact; delete' });
}
