import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { hashPassword } from '../../api/password.ts';
import { addUser } from '../../db/users.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from '../db/world.ts';

const root = join(__dirname, '../..');
const password = 'correct horse battery';
let world: World;
const email = 'olga.owner@kites.example';
beforeAll(async () => {
  world = await World.open();
  const tenantId = await newTenant(world.onOwnClock);
  const passwordHash = await hashPassword(password, randomBytes);
  const owner = { email, name: 'Olga', role: 'owner' as const, zone: 'UTC', signature: '', passwordHash };
  await world.onOwnClock.inTenant(tenantId, (tx) => addUser(tx, owner));
});
afterAll(() => world.close());

/** The API as a process of its own; answers where it listens, from its own log. */
async function startApi(): Promise<{ api: ChildProcess; origin: string; log: string[] }> {
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    DATABASE_URL: world.database.ownerUrl,
    DECORUM_SECRET: randomBytes(32).toString('base64url'),
    API_PORT: '0',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    LOG_LEVEL: 'trace',
  };
  const api = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const port = new Promise<number>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      log.push(chunk.toString());
      const found = /"port":(\d+),"msg":"the API answers"/.exec(log.join(''))?.[1];
      if (found) resolve(Number(found));
    };
    api.stdout?.on('data', take);
    api.stderr?.on('data', take);
    api.once('exit', () => reject(new Error(log.join(''))));
  });
  return { api, origin: `http://127.0.0.1:${await port}`, log };
}

test('told to stop it finishes the upload that it has begun, and its log names nobody', async () => {
  const { api, origin, log } = await startApi();
  const logIn = await fetch(`${origin}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
    body: JSON.stringify({ email, password }),
  });
  expect(logIn.status).toBe(201);
  const { csrf } = (await logIn.json()) as { csrf: string };
  const cookie = (logIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const headers = { cookie, 'x-csrf-token': csrf, 'x-forwarded-for': '203.0.113.9' };
  for (const address of [
    '/v1/contacts?search=ada.lovelace@mail.example',
    '/v1/contacts?cursor=ada@mail.example',
    '/nothing/ada@mail.example',
  ])
    await fetch(`${origin}${address}`, { headers });

  const upload = request(`${origin}/v1/imports?fileName=people.csv`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv', expect: '100-continue' },
  });
  upload.flushHeaders();
  await once(upload, 'continue'); // the API has taken the request
  upload.write('Email,First name\nada.lovelace@mail.example,Ada\n');
  api.kill('SIGTERM');
  while ((await fetch(`${origin}/healthz`).catch(() => null)) !== null); // it takes nothing new any more
  upload.end('grace.hopper@mail.example,Grace\n');
  const [reply] = (await once(upload, 'response')) as [{ statusCode: number; resume(): void }];
  reply.resume();
  expect(reply.statusCode).toBe(201);
  const [code] = (await once(api, 'exit')) as [number];
  expect(code).toBe(0);

  const lines = log.join('').trim().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ process: 'api', time: expect.any(Number) });
  expect(lines.some((line) => line.includes('"route":"/v1/imports","status":201'))).toBe(true);
  expect(log.join('')).not.toMatch(/@|ada|olga|lovelace|hopper|people\.csv|203\.0\.113\.9/i);
}, 60_000);
