import { setTimeout as sleep } from 'node:timers/promises';
import { type LanePool, lanePool, type PoolLimits } from '../../../providers/mail/lanePool.ts';
import { connectSmtp, type SmtpServer } from '../../../providers/mail/smtpConnect.ts';
import { type Client, scriptedSmtp } from '../../doubles/scriptedSmtp.ts';

const open: { stop(): Promise<void> }[] = [];
const pools: LanePool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close();
  for (const server of open.splice(0)) await server.stop();
});

async function start(limits: Partial<PoolLimits> = {}) {
  const clients: Client[] = [];
  const scripted = await scriptedSmtp(async (client) => {
    clients.push(client);
    client.say('220 ready');
    await client.line();
    client.say('250 hello');
  });
  open.push(scripted);
  const pool = lanePool({ perAccount: 2, idleMs: 10_000, ...limits });
  pools.push(pool);
  const server: SmtpServer = { host: '127.0.0.1', port: scripted.port, secure: 'none', clientName: 'here' };
  return { pool, server, clients };
}

test('a connection is used again', async () => {
  const { pool, server, clients } = await start();
  const lane = await pool.take(server);
  pool.giveBack(server, lane);
  expect(await pool.take(server)).toBe(lane);
  expect(clients).toHaveLength(1);
});

test('one that the server has closed meanwhile is not', async () => {
  const { pool, server, clients } = await start();
  const lane = await pool.take(server);
  pool.giveBack(server, lane);
  clients[0]?.socket.destroy();
  await sleep(30);
  const next = await pool.take(server);
  expect(next).not.toBe(lane);
  expect(next.isUsable).toBe(true);
});

test('no more than allowed at a time; who waits gets the next, in order', async () => {
  const { pool, server, clients } = await start();
  const first = await pool.take(server);
  await pool.take(server);
  const order: string[] = [];
  const third = pool.take(server).then((lane) => (order.push('third'), lane));
  const fourth = pool.take(server).then((lane) => (order.push('fourth'), lane));
  await sleep(30);
  expect(order).toEqual([]);
  pool.giveBack(server, first);
  const late = pool.take(server).then(() => order.push('late')); // asks before the one that waits has woken
  expect(await third).toBe(first);
  pool.giveBack(server, await third);
  expect(await fourth).toBe(first);
  pool.giveBack(server, await fourth);
  await late;
  expect(order).toEqual(['third', 'fourth', 'late']);
  expect(clients).toHaveLength(2);
});

test('many at once never pass the limit', async () => {
  const { pool, server } = await start({ perAccount: 3 });
  let now = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const lane = await pool.take(server);
      most = Math.max(most, (now += 1));
      await sleep(1);
      now -= 1;
      pool.giveBack(server, lane);
    }),
  );
  expect(most).toBe(3);
});

test('a lane lost in use makes room, and so does one that never came', async () => {
  const { pool, server } = await start({ perAccount: 1 });
  const lane = await pool.take(server);
  lane.close();
  pool.giveBack(server, lane);
  expect(await pool.take(server)).not.toBe(lane);
  const nobody = { ...server, port: 1 };
  await expect(pool.take(nobody)).rejects.toThrow('No connection');
  await expect(pool.take(nobody)).rejects.toThrow('No connection'); // the failed one has left its place
});

test('another password is another account', async () => {
  const asked: (string | undefined)[] = [];
  const { server } = await start();
  const pool = lanePool({ perAccount: 1, idleMs: 10_000 }, (account) => {
    asked.push(account.password);
    return connectSmtp({ ...account, username: undefined });
  });
  pools.push(pool);
  const old = await pool.take({ ...server, username: 'rae', password: 'old' });
  pool.giveBack({ ...server, username: 'rae', password: 'old' }, old);
  await pool.take({ ...server, username: 'rae', password: 'new' });
  expect(asked).toEqual(['old', 'new']);
});

test('idle connections say good-bye after their time, all of them when the pool closes', async () => {
  const { pool, server, clients } = await start({ idleMs: 20 });
  pool.giveBack(server, await pool.take(server));
  await sleep(80);
  expect(await clients[0]?.line()).toBe('QUIT');
  const lane = await pool.take(server);
  pool.close();
  pool.giveBack(server, lane);
  expect(await clients[1]?.line()).toBe('QUIT');
});
