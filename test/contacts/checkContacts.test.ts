import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { checkContacts } from '../../providers/csv/checkContacts.ts';

const data = join(__dirname, '../data');
const usual = () => ({});

test.each(['contacts-hubspot.csv', 'contacts-apollo.tsv'])('%s comes out exactly as expected', async (file) => {
  const expected = JSON.parse(await readFile(join(data, file.replace(/\.\w+$/, '.expected.json')), 'utf8')) as { notes: unknown };
  const { namesPeople, ...check } = await checkContacts(join(data, file), usual);
  expect({ ...check, notes: expected.notes }).toEqual(expected);
  expect(namesPeople).toBe(true);
});

describe('the same rows in another dress', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contacts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function check(bytes: Buffer | string) {
    const file = join(folder, 'contacts.csv');
    await writeFile(file, bytes);
    return checkContacts(file, usual);
  }
  const text = async () => (await readFile(join(data, 'contacts-hubspot.csv'), 'utf8')).replace('\ufeff', '');

  test.each([
    { dress: 'UTF-8 without a mark', bytes: (text: string) => Buffer.from(text) },
    { dress: 'UTF-16LE', bytes: (text: string) => iconv.encode(text, 'utf-16le', { addBOM: true }) },
    { dress: 'UTF-16BE without a mark', bytes: (text: string) => iconv.encode(text, 'utf-16be') },
    { dress: 'LF line ends', bytes: (text: string) => Buffer.from(text.replaceAll('\r\n', '\n')) },
    { dress: 'CR line ends', bytes: (text: string) => Buffer.from(text.replaceAll('\r\n', '\r')) },
    { dress: 'blank lines between', bytes: (text: string) => Buffer.from(text.replaceAll('\r\n', '\r\n\r\n')) },
  ])('$dress', async ({ bytes }) => {
    const original = await text();
    expect(await check(bytes(original))).toEqual(await checkContacts(join(data, 'contacts-hubspot.csv'), usual));
  });

  test('every row is accounted for, whatever the file', async () => {
    const rows = (await text()).split('\r\n');
    for (const seed of [1, 2, 3, 4, 5]) {
      const shuffled = rows.map((row, i) => (i % (seed + 2) === 0 ? row.replace(/,/, seed % 2 ? '"' : ',,') : row));
      const { rows: read, accepted, duplicate, rejected } = await check(shuffled.join('\n'));
      const refused = Object.values(rejected).reduce((sum, n) => sum + n, 0);
      expect(accepted + duplicate + refused).toBe(read);
      expect(read).toBeGreaterThan(1500);
    }
  });

  test('phones alone make contacts', async () => {
    expect(await check('Name,Phone\nAnn,512 555 0101\nBob,512 555 0101\nEve,\n')).toMatchObject({
      rows: 3,
      accepted: 2,
      rejected: { missing_identity: 1 },
      namesPeople: true,
    });
  });

  test('a file without a column for either says so', async () => {
    expect(await check('Name,City\nAnn,Austin\n')).toMatchObject({ rejected: { missing_identity: 1 }, namesPeople: false });
  });

  test('without a header the columns are found by what stands in them', async () => {
    expect(await check('Ann;ann@example.com;512 555 0101\nBob;;512 555 0102\n')).toMatchObject({
      rows: 2,
      accepted: 2,
      delimiter: ';',
      header: [],
    });
  });
});
