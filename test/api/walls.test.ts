import { isAllowed, roles } from '../../api/roles.ts';
import { routes } from '../../api/routes.ts';
import { issueCertificate, listCertificates } from '../../db/deletion/certificates.ts';
import { enrolBatch } from '../../db/enrolling.ts';
import { planDue } from '../../db/planning.ts';
import { firstOpening, openingAt } from '../../law/openings.ts';
import { newAbuseCase } from '../builders/abuseCase.ts';
import { newFinding } from '../builders/finding.ts';
import { signCertificate } from '../../providers/certificateSignature.ts';
import { addList, definition, mailboxBody, made } from './builders.ts';
import { password, serve } from './serve.ts';

const nobody = '00000000-0000-4000-8000-000000000000';
const manual = { id: 'letter', kind: 'task', after: { hours: 0 }, title: 'Write a letter' };
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let other: Awaited<ReturnType<typeof api.workspace>>;
/** One of each thing in the other workspace, by the name of the parameter that names it. */
const theirs: Record<string, string> = {};

beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  other = await api.workspace();
  const { listId, contactIds } = await addList(api, other.id, other.rep, ['a@walls.example']);
  const mailbox = await made(other.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(other.rep.post('/v1/sequences', { name: 'Theirs', definition: definition({ steps: [manual] }) }));
  const launch = await made(
    other.rep.post('/v1/launches', { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] }),
  );
  const rehearsal = await other.rep.post('/v1/rehearsals', {
    sequenceId: sequence.id,
    listIds: [listId],
    mailboxIds: [mailbox.id],
  });
  const company = await made(other.rep.post('/v1/companies', { name: 'Theirs' }));
  const upload = await made(
    other.rep.post('/v1/imports?fileName=theirs.csv', 'Email\nb@walls.example\n', { 'content-type': 'text/csv' }),
  );
  const suppressed = await other.rep.post('/v1/suppressions', { address: 'z@walls.example' });
  const token = await made(other.rep.post('/v1/tokens', { name: 'Theirs', scopes: ['contacts.read'], days: 1 }));
  const invitation = await made(other.owner.post('/v1/invitations', { email: 'new@walls.example', role: 'rep' }));
  const sessions = (await other.rep.get('/v1/sessions')).body as { items: { id: string }[] };
  await api.db.inTenant(other.id, (tx) => enrolBatch(tx, launch.id, firstOpening));
  await api.db.inTenant(other.id, (tx) => planDue(tx, launch.id, 1, openingAt));
  const tasks = (await other.rep.get('/v1/tasks')).body as { items: { id: string; enrolmentId: string }[] };
  const incident = await other.officer.post('/v1/breaches', {
    title: 'Theirs',
    facts: { discoveredAt: new Date().toISOString(), data: ['ssn'] },
    scopes: [{ kind: 'list', listId }],
  });
  const { id: incidentId, lines } = incident.body as { id: string; lines: { id: string }[] };
  const held = await other.officer.post(`/v1/breaches/${incidentId}/holds`, breachDecision);
  const legalHold = await made(other.officer.post('/v1/legal-holds', { kind: 'account', reason: 'Theirs' }));
  const clearance = await other.rep.post('/v1/calls/clearance', { number: '+12125550101' });
  // Taken back at once: a frozen workspace would answer nothing else.
  const deletion = (await other.owner.post('/v1/deletions', { password })).body as { id: string };
  await other.owner.post(`/v1/deletions/${deletion.id}/cancel`);
  const certificateId = await api.db.inTenant(other.id, async (tx) => {
    await issueCertificate(tx, deletion.id, (certificate) => signCertificate(api.deps.certificates, certificate));
    return (await listCertificates(tx, deletion.id))[0]?.id;
  });
  const load = await other.owner.post('/v1/call-registries/federal?account=theirs&dataOn=2026-01-01', '2125550101\n', {
    'content-type': 'text/plain',
  });
  await newFinding(api.ownerUrl, other.id, 'message_after_suppression');
  const findings = (await other.officer.get('/v1/auditor/findings')).body as { items: { id: string }[] };
  const exported = await other.owner.post('/v1/exports', {});
  const erasure = await other.owner.post(`/v1/users/${other.officer.userId}/erasure`, {});
  Object.assign(theirs, {
    erasureId: (erasure.body as { id: string }).id,
    exportId: (exported.body as { id: string }).id,
    findingId: findings.items[0]?.id,
    caseId: await api.db.inTenant(other.id, (tx) => newAbuseCase(tx, 'watch')),
    legalHoldId: legalHold.id,
    deletionId: deletion.id,
    certificateId,
    loadId: (load.body as { id: string }).id,
    clearanceId: (clearance.body as { id: string }).id,
    incidentId,
    lineId: lines[0]?.id,
    holdId: (held.body as { holds: { id: string }[] }).holds[0]?.id,
    personId: contactIds[0],
    taskId: tasks.items[0]?.id,
    enrolmentId: tasks.items[0]?.enrolmentId,
    version: '1',
    messageId: '000000000001',
    userId: other.rep.userId,
    sessionId: sessions.items[0]?.id,
    tokenId: token.id,
    invitationId: invitation.id,
    companyId: company.id,
    contactId: contactIds[0],
    importId: upload.id,
    listId,
    mailboxId: mailbox.id,
    sequenceId: sequence.id,
    launchId: launch.id,
    rehearsalId: (rehearsal.body as { id: string }).id,
    batchId: (suppressed.body as { batchId: string }).batchId,
  });
});
afterAll(() => api.close());

const breachDecision = { kind: 'risk_of_harm', reason: 'Nobody outside has seen the data.' };

/** A body that each route takes, so that only the id is at fault. */
const bodies: Record<string, unknown> = {
  'patch /users/{userId}': { name: 'Mine now' },
  'patch /contacts/{contactId}': { title: 'Mine now' },
  'patch /companies/{companyId}': { name: 'Mine now' },
  'patch /lists/{listId}': { name: 'Mine now' },
  'post /lists/{listId}/members': { contactIds: [nobody] },
  'post /lists/{listId}/members/remove': { contactIds: [nobody] },
  'post /imports/{importId}/start': {},
  'patch /mailboxes/{mailboxId}': { fromName: 'Mine now' },
  'patch /sequences/{sequenceId}': { name: 'Mine now' },
  'post /sequences/{sequenceId}/versions': { definition: definition(), basedOn: 1 },
  'post /sequences/{sequenceId}/preview': { contactId: nobody },
  'post /sequences/{sequenceId}/test-send': { contactId: nobody, stepId: 'hello', mailboxId: nobody },
  'post /launches/{launchId}/lists': { listIds: [nobody] },
  'post /launches/{launchId}/variants/winner': { stepId: 'letter', variant: 'a' },
  'post /tasks/{taskId}/done': { outcome: 'done' },
  'post /tasks/{taskId}/call-back': { at: '2027-01-04T17:00:00Z' },
  'post /abuse-cases/{caseId}/appeal': { words: 'Mine now' },
  'post /abuse-cases/{caseId}/decide': { decision: 'lift', note: 'Mine now' },
  'post /breaches/{incidentId}/facts': { facts: { nature: 'Mine now' } },
  'post /breaches/{incidentId}/scopes': { kind: 'users' },
  'post /breaches/{incidentId}/approve': { revision: 1 },
  'put /breaches/{incidentId}/notices': { audience: 'users', place: '', words: null },
  'post /breaches/{incidentId}/holds': breachDecision,
  'post /legal-holds/{legalHoldId}/release': { reason: 'Mine now' },
  'post /breaches/{incidentId}/lines/{lineId}/filed': {},
  'put /breaches/{incidentId}/lines/{lineId}/email': { email: null },
  'post /breaches/{incidentId}/people/{personId}/told': { note: 'Mine now' },
  'post /contacts/{contactId}/erasure': {},
  'post /users/{userId}/erasure': {},
  'post /launches/{launchId}/report/list': { step: 'letter', name: 'Mine now' },
};
/** What a route must be asked with besides the id. */
const queries: Record<string, string> = {
  'get /launches/{launchId}/report/people': '?step=letter',
  'get /launches/{launchId}/report/people.csv': '?step=letter',
  'get /launches/{launchId}/report/rest': '?step=letter',
};
const publicNames = ['{state}', '{list}', '{provider}']; // of the law's tables: nobody's
const named = routes
  .filter(({ path }) => path.includes('{') && !publicNames.some((name) => path.includes(name)))
  .map((route) => ({ route, name: `${route.method} ${route.path}` }));

test.each(named)('$name: what is in another workspace is not there', async ({ route, name }) => {
  const path = `/v1${route.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => theirs[parameter] ?? `no ${parameter}`)}`;
  expect(path).not.toContain('no ');
  const asked = `${path}${queries[name] ?? ''}`;
  const role = roles.findLast((role) => route.action !== 'public' && isAllowed(role, route.action)) ?? 'owner';
  const { status, body } = await acme[role].ask(route.method.toUpperCase(), asked, name in bodies ? { body: bodies[name] } : {});
  expect({ status, body }).toMatchObject({ status: 404, body: { type: '/problems#not-found' } });
});

test('and nothing of it has changed', async () => {
  const { name } = (await other.owner.get(`/v1/sequences/${theirs.sequenceId}`)).body as { name: string };
  const { state } = (await other.owner.get(`/v1/launches/${theirs.launchId}`)).body as { state: string };
  expect({ name, state }).toEqual({ name: 'Theirs', state: 'enrolling' });
});

test('lists show the own workspace only', async () => {
  for (const path of [
    '/users',
    '/contacts',
    '/companies',
    '/lists',
    '/imports',
    '/mailboxes',
    '/sequences',
    '/launches',
    '/suppressions',
    '/suppression-batches',
    '/obligations',
  ]) {
    const { body } = await acme.owner.get(`/v1${path}`);
    const ids = (body as { items: { id?: string; email?: string }[] }).items;
    for (const { email } of ids.filter(({ email }) => email !== undefined)) expect(email).toContain(acme.id.slice(0, 8));
    if (path !== '/users') expect(ids).toEqual([]);
  }
});
