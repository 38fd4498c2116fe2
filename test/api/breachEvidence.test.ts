import { createHash, verify } from 'node:crypto';
import { newIncident } from '../builders/incident.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let path: string;
let lineId: string;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  const world = { db: api.db, vault: api.deps.vault, addressKey: api.deps.addressKey, smtpPort: 1 };
  const { incidentId } = await newIncident(world, acme.id, { discoveredAt: new Date(Date.now() - 3_600_000).toISOString() });
  path = `/v1/breaches/${incidentId}`;
  lineId = await api.db.inTenant(acme.id, async (tx) => {
    await tx.run(
      `insert into breach_people (tenant_id, incident_id, person_id, kind, scope_id, state)
       select decorum.tenant(), s.incident_id, m.contact_id, 'contact', s.id, 'CA' from breach_scopes s join list_members m on m.tenant_id = s.tenant_id and m.list_id = s.list_id`,
    );
    const { id } = await tx.row<{ id: string }>(
      `update breach_lines set audience = 'regulators', state = 'MD' where incident_id = $1 returning id`,
      [incidentId],
    );
    return id;
  });
});
afterAll(() => api.close());

test('the bundle can be checked with nothing but the file, and a changed one fails', async () => {
  const { body, status } = await acme.officer.get(`${path}/bundle.json`);
  expect(status).toBe(200);
  const text = body as string;
  const { signature, ...bundle } = JSON.parse(text) as {
    signature: { publicKey: string; value: string };
    people: unknown[];
    timeline: { kind: string }[];
    plan: { citation: string }[];
  };
  const isGenuine = (signed: string) =>
    verify(
      null,
      createHash('sha256')
        .update(signed.slice(0, signed.lastIndexOf(',"signature"')))
        .digest(),
      signature.publicKey,
      Buffer.from(signature.value, 'base64'),
    );
  expect(isGenuine(text)).toBe(true);
  expect(isGenuine(text.replace('"opened"', '"closed"'))).toBe(false);
  expect(bundle.people).toHaveLength(3);
  expect(bundle.timeline[0]?.kind).toBe('opened');
  for (const { citation } of bundle.plan) expect(citation.length).toBeGreaterThan(8);
});

test.each(['bundle.pdf', 'notice.pdf'])('%s is a PDF', async (name) => {
  const asked = name === 'notice.pdf' ? `${path}/lines/${lineId}/${name}` : `${path}/${name}`;
  const { body, headers, status } = await acme.officer.get(asked);
  expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'application/pdf' });
  expect(body as string).toMatch(/^%PDF-1\.\d/);
  expect((body as string).trimEnd()).toMatch(/%%EOF$/);
});
