import { fateOf, inventoryOf, keptBecause, type MappedColumn, policyCategoryOf, readColumnWords } from '../../domain/dataMap.ts';

const column = (name: string, words: string, keyPlace: number | null = null): MappedColumn => {
  const said = readColumnWords(words);
  if (!said) throw new Error(words);
  return { table: 't', name, type: 'text', keyPlace, isNullable: true, isGenerated: false, ...said };
};
const proof = 'system.operations; none; keep: proof of something';

test.each([
  { words: null, because: 'there is no comment' },
  { words: 'user.name; contact', because: 'the erasure is missing' },
  { words: 'user.name; nobody; delete', because: 'there is no such owner' },
  { words: 'user.name; contact; keep', because: 'why it is kept is not said' },
  { words: 'user.name; contact; delete: perhaps', because: 'a deletion needs no reason' },
])('$words is no entry of the data map: $because', ({ words }) => {
  expect(readColumnWords(words)).toBeNull();
});

test.each([
  {
    columns: [column('id', 'user.unique_id; contact; delete', 1), column('a', 'user.name; contact; delete')],
    fate: 'delete',
    because: 'all of it goes',
  },
  {
    columns: [column('id', 'system.operations; account; delete', 1), column('a', proof)],
    fate: 'delete',
    because: 'without its key a row says nothing',
  },
  {
    columns: [column('id', proof, 1), column('a', 'user.content; contact; delete')],
    fate: 'blank',
    because: 'the row is a proof, the words in it are not',
  },
  {
    columns: [column('id', proof, 1), column('a', 'user.contact.phone_number; contact; shred')],
    fate: 'blank',
    because: 'a secret goes out of a row that stays',
  },
  {
    columns: [column('tenant_id', 'user.unique_id; account; delete', 0), column('id', proof, 1)],
    fate: 'keep',
    because: 'whose it was says nothing of a person',
  },
])('a table is to $fate: $because', ({ columns, fate }) => {
  expect(fateOf(columns)).toBe(fate);
});

test('why rows are kept is said once, of people first', () => {
  expect(keptBecause([column('a', proof), column('b', proof)])).toBe('proof of something');
  expect(keptBecause([column('a', proof), column('b', 'user.name; contact; keep: an opt-out binds')])).toBe('an opt-out binds');
});

test.each([
  ['user.contact.email', 'identifiers'],
  ['user.contact.address.city', 'approximate location'],
  ['user.job_title', 'professional information'],
  ['user.device.ip_address', 'internet activity'],
  ['user.authorization.password', 'log-in data'],
  ['system.operations', 'none of a person'],
])('%s is of the category %s', (category, policy) => {
  expect(policyCategoryOf(category)).toBe(policy);
});

test('the inventory names each kind once, with all its places', () => {
  const kinds = inventoryOf([column('a', proof), column('b', 'user.name; contact; delete'), column('c', proof)]);
  expect(kinds.map(({ category, places }) => ({ category, places }))).toEqual([
    { category: 'user.name', places: ['t.b'] },
    { category: 'system.operations', places: ['t.a', 't.c'] },
  ]);
});
