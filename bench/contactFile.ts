export const contactColumns = [
  'First Name',
  'Last Name',
  'Email',
  'Title',
  'Company Name',
  'Company Domain',
  'Phone',
  'City',
  'State',
  'Country',
] as const;

const titles = ['Controller', 'Head of Finance', 'Accountant', 'CFO', 'Büroleiterin'];
const places = [
  ['Boise', 'ID'],
  ['San José', 'CA'],
  ['Austin', 'TX'],
  ['Albany', 'NY'],
] as const;

/** A contact file as a rep exports it from another tool: all addresses different, five people a company. */
export function contactFile(rows: number): Buffer {
  const lines = [contactColumns.join(',')];
  for (let n = 0; n < rows; n += 1) {
    const company = Math.floor(n / 5);
    const [city, state] = places[n % places.length] ?? places[0];
    lines.push(
      `Zoë${n % 97},"O'Brien, ${n % 89}",zoe.obrien${n}@company${company}.example,${titles[n % titles.length]},"Company ${company}, Inc.",` +
        `company${company}.example,+1 208 555 ${String(n % 10_000).padStart(4, '0')},${city},${state},US`,
    );
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}
