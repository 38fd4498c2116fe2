import { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

test('every column of every table says its category, its owner and its erasure', async () => {
  const { rows } = await world.owner.query<{ column: string; words: string | null }>(`
    select c.relname || '.' || a.attname as column, col_description(c.oid, a.attnum) as words
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'schema_migrations%' order by 1`);
  expect(rows.length).toBeGreaterThan(250);
  const form = /^(user|system)(\.[a-z_]+)+; (account|contact|user|none); (delete|anonymise|shred|keep: .{8,})$/;
  expect(rows.filter(({ words }) => !words || !form.test(words))).toEqual([]);
});
