import { parse } from 'csv-parse/sync';
import { routes } from '../../../api/routes.ts';
import { newEnrolment, newLaunch } from '../../builders/enrolment.ts';
import { addList, definition, email, mailboxBody, made } from '../builders.ts';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

const formulas = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '=cmd|/c calc', '=HYPERLINK("http://evil.example")', '\t=1', '＝1+1'];
/** What a spreadsheet takes for a formula by its first sign; a tab is skipped before it. */
const isFormula = (cell: string) => /^[=+\-@\t\r＝＋－＠]/.test(cell);

/** Says it wherever somebody can say something that a file shows. */
async function workspaceOf(formula: string) {
  const acme = await api.workspace();
  await acme.owner.patch(`/v1/users/${acme.rep.userId}`, { name: formula });
  await acme.rep.post('/v1/companies', { name: formula, industry: formula, about: formula });
  for (const address of ['ann', 'bob'])
    await made(
      acme.rep.post('/v1/contacts', {
        email: `${address}@mail.example`,
        firstName: formula,
        lastName: formula,
        title: formula,
        companyName: formula,
        city: formula,
        country: formula,
        tags: [formula.trim()],
        extra: { [formula]: formula },
      }),
    );
  const { contactIds } = await addList(api, acme.id, acme.rep, ['=cmd|1@mail.example', '+1@mail.example', '-x@mail.example']);
  await acme.rep.post('/v1/suppressions', { address: '=cmd|1@mail.example' });
  await api.db.inTenant(acme.id, (tx) => tx.run(`update contacts set first_name = $1, last_name = $1`, [formula]));
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody({ address: '=a@acme.example' })));
  const steps = [{ ...email, variants: [{ id: 'b', subject: formula.trim(), text: 'Clocks?' }] }];
  const sequence = await made(acme.rep.post('/v1/sequences', { name: formula, definition: definition({ steps }) }));
  const launchId = await api.db.inTenant(acme.id, async (tx) => {
    const id = await newLaunch(tx, { sequenceId: sequence.id, mailboxId: mailbox.id, by: acme.rep.userId });
    for (const contactId of contactIds)
      await newEnrolment(tx, { launchId: id, contactId, mailboxId: mailbox.id, because: 'by_hand' });
    return id;
  });
  const upload = `Email,${JSON.stringify(formula)}\nnone,x\n`;
  const imported = await made(acme.rep.post('/v1/imports?fileName=x.csv', upload, { 'content-type': 'text/csv' }));
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(
      `insert into import_refusals (tenant_id, import_id, row_number, reason, cells) values (decorum.tenant(), $1, 2, 'invalid_email', $2)`,
      [imported.id, JSON.stringify([formula, formula])],
    ),
  );
  return { owner: acme.owner, launchId, importId: imported.id };
}

const files = [
  { route: '/companies/export' },
  { route: '/contacts/export' },
  { route: '/imports/{importId}/errors.csv' },
  { route: '/launches/export' },
  { route: '/lists/export' },
  { route: '/mailboxes/export' },
  { route: '/sequences/export' },
  { route: '/launches/{launchId}/people.csv' },
  { route: '/launches/{launchId}/report.csv' },
  { route: '/launches/{launchId}/report/people.csv', query: '?step=hello' },
  { route: '/reports.csv' },
  { route: '/obligations.csv' },
  { route: '/suppressions/export' },
  { route: '/audit-log.csv' },
];

test('every file for a spreadsheet is asked for here, but for the one that an incident needs', () => {
  const all = routes.filter(({ reply }) => reply.mediaType?.startsWith('text/csv')).map(({ path }) => path);
  expect(all.sort()).toEqual([...files.map(({ route }) => route), '/breaches/{incidentId}/post.csv'].sort()); // test/api/breaches.test.ts
});

test.each(formulas)('%j stays text in every file for a spreadsheet', async (formula) => {
  const { owner, launchId, importId } = await workspaceOf(formula);
  let told = 0;
  for (const { route, query = '' } of files) {
    const path = route.replace('{launchId}', launchId).replace('{importId}', importId);
    const { status, body } = await owner.get(`/v1${path}${query}`);
    const cells = parse(body as string, { bom: true, relax_column_count: true }).flat();
    expect({ path, status, formulas: cells.filter(isFormula) }).toEqual({ path, status: 200, formulas: [] });
    if (cells.some((cell) => cell.startsWith("'") && isFormula(cell.slice(1)))) told += 1;
  }
  expect(told).toBeGreaterThanOrEqual(6);
});
