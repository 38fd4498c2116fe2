import { layOut } from '../../domain/contactHeadings.ts';
import { judgeRow } from '../../domain/contactRows.ts';

const header = ['First Name', 'Last Name', 'Email', 'Phone', 'Company', 'Note'];
const row = (cells: Partial<Record<string, string>> = {}) => header.map((heading) => cells[heading] ?? '');

/** Outcome of the last row, the others having come before it. */
function outcome(rows: readonly (readonly string[])[], columns: readonly string[] = header) {
  const seen = new Set<string>();
  const isFirst = (email: string) => !seen.has(email) && seen.add(email) !== null;
  const outcomes = rows.map((cells) => judgeRow(cells, layOut(columns), isFirst));
  const last = outcomes.at(-1);
  return last?.outcome === 'rejected' ? last.reason : last?.outcome;
}

const ann = row({ Email: 'ann@example.com' });

test.each([
  { rows: [ann], is: 'accepted', because: 'an e-mail is enough' },
  { rows: [row({ Phone: '512 555 0101' })], is: 'accepted', because: 'so is a phone' },
  {
    rows: [row({ Phone: '512 555 0101' }), row({ Phone: '512 555 0101' })],
    is: 'accepted',
    because: 'one phone can be of two people',
  },
  { rows: [row({ Email: '李@例え.テスト' })], is: 'accepted', because: 'any script' },
  { rows: [ann, row({ Email: '  ANN@Example.com ' })], is: 'duplicate', because: 'one canonical form' },
  { rows: [ann, row({ Email: 'ann@example.org' })], is: 'accepted', because: 'another domain is another person' },
  {
    rows: [row({ Email: 'ann@example.com', Note: 'SSN' }), ann],
    is: 'accepted',
    because: 'what was refused is nobody to be a duplicate of',
  },
  { rows: [row()], is: 'missing_identity', because: 'a row of delimiters is a row' },
  { rows: [row({ 'First Name': 'Ann', Email: ' \t', Phone: '\u00a0' })], is: 'missing_identity', because: 'blanks are nothing' },
  { rows: [row({ Phone: 'n/a' })], is: 'missing_identity', because: 'a phone has a digit' },
  { rows: [row({ Email: 'a@b' })], is: 'invalid_email', because: 'no dot in the domain' },
  { rows: [row({ Email: 'x@company..example' })], is: 'invalid_email', because: 'an empty label' },
  { rows: [row({ Email: 'two@@at.example' })], is: 'invalid_email', because: 'two @' },
  { rows: [row({ Email: 'spaces in@x.example' })], is: 'invalid_email', because: 'a blank' },
  {
    rows: [row({ Email: 'n/a', Phone: '512 555 0101' })],
    is: 'invalid_email',
    because: 'a phone does not make a wrong address right',
  },
  { rows: [row({ Email: 'a@b', Note: 'SSN 123-45-6789' })], is: 'never_collected', because: 'comes before the address' },
  { rows: [row({ Note: 'social security: 219-09-9999' })], is: 'never_collected', because: 'comes before identity' },
  {
    rows: [row({ 'First Name': '4111 1111', 'Last Name': '1111 1111', Email: 'ann@example.com' })],
    is: 'accepted',
    because: 'no number goes on in the next cell',
  },
  { rows: [['ann@example.com']], is: 'column_count', because: 'too few cells' },
  { rows: [[...ann, '']], is: 'column_count', because: 'too many cells, even when empty' },
  { rows: [['123-45-6789']], is: 'column_count', because: 'comes before everything' },
  { rows: [[]], is: 'column_count', because: 'a row too long to be one' },
])('$is: $because', ({ rows, is }) => {
  expect(outcome(rows)).toBe(is);
});

test('a column that is headed by what is never collected is refused wherever something stands in it', () => {
  const columns = ['Email', 'SSN', 'Driver’s License'];
  expect(outcome([['ann@example.com', '', ' ']], columns)).toBe('accepted');
  expect(outcome([['ann@example.com', '123456789', '']], columns)).toBe('never_collected');
  expect(outcome([['ann@example.com', '', 'D1234567']], columns)).toBe('never_collected');
});

function contact(columns: readonly string[], cells: readonly string[]) {
  const judged = judgeRow(cells, layOut(columns), () => true);
  return judged.outcome === 'rejected' ? judged.reason : judged.contact;
}

test.each([
  {
    source: 'HubSpot',
    columns: ['First Name', 'Last Name', 'Email', 'Phone Number', 'Job Title', 'Company name', 'State/Region', 'Postal Code'],
  },
  {
    source: 'Salesforce',
    columns: [
      'First Name',
      'Last Name',
      'Email',
      'Phone',
      'Title',
      'Account Name',
      'Mailing State/Province',
      'Mailing Zip/Postal Code',
    ],
  },
  { source: 'Apollo', columns: ['first_name', 'last_name', 'email', 'corporate_phone', 'title', 'company', 'state', 'zip'] },
  {
    source: 'a German list',
    columns: ['Vorname', 'Nachname', 'E-Mail-Adresse', 'Telefon', 'Position', 'Firma', 'Bundesland', 'PLZ'],
  },
  { source: 'shouting', columns: ['FIRSTNAME', 'LASTNAME', 'E-MAIL', 'TEL.', 'TITLE', 'COMPANY NAME', 'STATE', 'ZIP_CODE'] },
])('the headings of $source are known', ({ columns }) => {
  expect(contact(columns, ['Ann', 'Lee', 'Ann@Example.com', '512 555 0101', 'CTO', 'Example Inc.', 'TX', '78701'])).toMatchObject(
    {
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'Ann@Example.com',
      canonicalEmail: 'ann@example.com',
      phone: '512 555 0101',
      title: 'CTO',
      companyName: 'Example Inc.',
      companyDomain: 'example.com',
      state: 'TX',
      postalCode: '78701',
      extra: {},
    },
  );
});

test('of two columns for one field the better heading counts, the other stands in', () => {
  const columns = ['Mobile Phone', 'Corporate Phone', 'Secondary Email', 'Email'];
  expect(contact(columns, ['1 555 0102', '1 555 0101', 'b@example.com', 'a@example.com'])).toMatchObject({
    phone: '1 555 0101',
    canonicalEmail: 'a@example.com',
  });
  expect(contact(columns, ['1 555 0102', '', 'b@example.com', ''])).toMatchObject({
    phone: '1 555 0102',
    canonicalEmail: 'b@example.com',
  });
});

test('two columns of one heading are both read', () => {
  expect(contact(['Email', 'Email'], ['', 'ann@example.com'])).toMatchObject({ canonicalEmail: 'ann@example.com' });
});

test('a mapping says otherwise', () => {
  const layout = layOut(['Email', 'Assistant', 'Note'], { 0: 'ignore', 1: 'email' });
  const judged = judgeRow(['not one', 'ann@example.com', 'met at a fair'], layout, () => true);
  expect(judged).toMatchObject({
    outcome: 'accepted',
    contact: { canonicalEmail: 'ann@example.com', extra: { Note: 'met at a fair' } },
  });
});

test.each([
  { full: 'Ann Lee', firstName: 'Ann', lastName: 'Lee', because: 'the last word is the last name' },
  { full: 'Ann Mary Lee', firstName: 'Ann Mary', lastName: 'Lee', because: 'however many come before' },
  { full: 'Lee, Ann Mary', firstName: 'Ann Mary', lastName: 'Lee', because: 'a comma turns them round' },
  { full: 'Prince', firstName: 'Prince', lastName: '', because: 'one name is the first' },
])('$full: $because', ({ full, firstName, lastName }) => {
  expect(contact(['Name', 'Email'], [full, 'ann@example.com'])).toMatchObject({ firstName, lastName });
});

test.each([
  { website: 'https://www.Example.com/about?x=1', email: 'ann@gmail.com', domain: 'example.com', because: 'a web address' },
  { website: '', email: 'ann@gmail.com', domain: null, because: 'free mail is no company' },
  { website: 'linkedin', email: 'ann@example.com', domain: 'example.com', because: 'what is no domain does not count' },
])('company domain $domain: $because', ({ website, email, domain }) => {
  expect(contact(['Email', 'Website'], [email, website])).toMatchObject({ companyDomain: domain });
});

test('what the database cannot hold is taken out, what is endless is cut', () => {
  const kept = contact(['Email', 'Title', 'Note'], ['ann@example.com', 'C\0TO\ud800', 'x'.repeat(20_000)]);
  expect(kept).toMatchObject({ title: 'CTO\ufffd', extra: { Note: 'x'.repeat(10_000) } });
});
