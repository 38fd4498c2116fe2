import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { guardedConnect } from '../../providers/mail/guardedServer.ts';
import { outboundGuard, OutboundRefused } from '../../providers/outboundGuard.ts';

const answers = (...addresses: string[]) => outboundGuard([], () => Promise.resolve(addresses));
const nowhere = outboundGuard([], () => Promise.reject(new Error('no such name')));

test.each([
  { host: '127.0.0.1', because: 'loopback' },
  { host: '127.1', because: 'the same in short' },
  { host: '0x7f000001', because: 'the same as one number in hex' },
  { host: '2130706433', because: 'the same in decimal' },
  { host: '0177.0.0.1', because: 'the same in octal' },
  { host: '0', because: 'this host' },
  { host: '10.1.2.3', because: 'private' },
  { host: '172.31.255.255', because: 'private, the last' },
  { host: '192.168.0.1', because: 'private' },
  { host: '169.254.169.254', because: 'where clouds keep credentials' },
  { host: '100.64.0.1', because: 'of a carrier' },
  { host: '198.18.0.1', because: 'for benchmarks' },
  { host: '192.0.2.1', because: 'for documentation' },
  { host: '224.0.0.1', because: 'multicast' },
  { host: '255.255.255.255', because: 'broadcast' },
  { host: '::1', because: 'loopback of IPv6' },
  { host: '[::1]', because: 'in brackets' },
  { host: '::', because: 'unspecified' },
  { host: '::ffff:10.0.0.1', because: 'mapped' },
  { host: '::ffff:a00:1', because: 'mapped, in hex' },
  { host: '0:0:0:0:0:FFFF:7F00:0001', because: 'mapped, at length' },
  { host: '::127.0.0.1', because: 'compatible, of old' },
  { host: '64:ff9b::7f00:1', because: 'translated' },
  { host: '2002:7f00:1::', because: '6to4' },
  { host: '2001:0:4136:e378:8000:63bf:3fff:fdd2', because: 'Teredo' },
  { host: 'fe80::1%eth0', because: 'link-local with a zone' },
  { host: 'fc00::1', because: 'unique local' },
  { host: 'fdff::1', because: 'unique local' },
  { host: 'ff02::1', because: 'multicast' },
  { host: '2001:db8::1', because: 'for documentation' },
])('$host is refused: $because', async ({ host }) => {
  await expect(nowhere.addressOf(host)).rejects.toThrow(OutboundRefused);
  expect(nowhere.refusalOf(host)).toMatch('OUTBOUND_ALLOWED');
  await expect(answers(host.replace(/^\[|\]$/g, '')).addressOf('mail.example')).rejects.toThrow();
});

test.each([
  { host: '8.8.8.8', address: '8.8.8.8' },
  { host: '172.32.0.1', address: '172.32.0.1' },
  { host: '::ffff:8.8.8.8', address: '8.8.8.8' },
  { host: '[2606:4700:4700::1111]', address: '2606:4700:4700::1111' },
])('$host is let through', async ({ host, address }) => {
  expect(await nowhere.addressOf(host)).toBe(address);
  expect(nowhere.refusalOf(host)).toBeNull();
});

test('a name goes by all its addresses: one that leads inside is a trick', async () => {
  expect(await answers('93.184.215.14', '2606:4700:4700::1111').addressOf('mail.example')).toBe('93.184.215.14');
  await expect(answers('93.184.215.14', '10.0.0.1').addressOf('mail.example')).rejects.toThrow('OUTBOUND_ALLOWED');
  await expect(answers().addressOf('mail.example')).rejects.toThrow('no address');
  await expect(nowhere.addressOf('mail.example')).rejects.toThrow('no such name');
});

test('this machine by name is refused at once; other names only when they are resolved', () => {
  for (const host of ['localhost', 'LOCALHOST', 'mail.localhost', 'localhost.']) expect(nowhere.refusalOf(host)).not.toBeNull();
  for (const host of ['mail.example', 'cafe.example', 'face', 'localhost.example', '1.2.3.4.example'])
    expect(nowhere.refusalOf(host)).toBeNull();
});

test('what an operator lists is let in, and nothing beside it', async () => {
  const listed = outboundGuard(['10.1.0.0/16', '127.0.0.1', 'fd00::/8'], () => Promise.resolve([]));
  for (const host of ['10.1.255.1', '127.0.0.1', '127.1', '::ffff:127.0.0.1', 'fd12::1']) await listed.addressOf(host);
  for (const host of ['10.2.0.1', '127.0.0.2', 'fc00::1']) await expect(listed.addressOf(host)).rejects.toThrow(OutboundRefused);
  expect(listed.refusalOf('localhost')).toBeNull();
});

describe('every private IPv4 address', () => {
  const privates = fc.oneof(
    fc.tuple(fc.constantFrom(0, 10, 127), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.integer({ min: 224, max: 255 }), fc.nat(255), fc.nat(255), fc.nat(255)),
  );
  const spellings: ((parts: readonly number[]) => string)[] = [
    (parts) => parts.join('.'),
    (parts) => parts.map((part) => `0x${part.toString(16)}`).join('.'),
    (parts) => parts.map((part) => `0${part.toString(8)}`).join('.'),
    ([a = 0, b = 0, c = 0, d = 0]) => String(((a * 256 + b) * 256 + c) * 256 + d),
    ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
    (parts) => `::ffff:${parts.join('.')}`,
    ([a = 0, b = 0, c = 0, d = 0]) => `::FFFF:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`,
    ([a = 0, b = 0, c = 0, d = 0]) => `64:ff9b::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`,
    ([a = 0, b = 0, c = 0, d = 0]) => `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1`,
  ];

  test('is refused in every spelling', async () => {
    await fc.assert(
      fc.asyncProperty(privates, fc.constantFrom(...spellings), async (parts, spell) => {
        await expect(nowhere.addressOf(spell(parts))).rejects.toThrow(OutboundRefused);
      }),
    );
  });
});

describe('a name that means another machine the second time', () => {
  let server: Server;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.end('220 inside\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  test('is connected to where it was checked', async () => {
    const { port } = server.address() as AddressInfo;
    const asked: string[] = [];
    // "localhost" is what the system's own resolver would lead inside with; the check has found an address that answers nobody.
    const guard = outboundGuard(['127.0.0.2'], (host) => {
      asked.push(host);
      return Promise.resolve(['127.0.0.2']);
    });
    const limits = { connectMs: 500 };
    await expect(guardedConnect(guard)({ host: 'localhost', port, secure: 'none', limits })).rejects.toThrow('No connection');
    expect(asked).toEqual(['localhost']);
    expect(connections).toBe(0);
  });

  test('and not at all once it leads inside', async () => {
    const { port } = server.address() as AddressInfo;
    const guard = outboundGuard([], () => Promise.resolve(['127.0.0.1']));
    const refused = guardedConnect(guard)({ host: 'rebound.example', port, secure: 'none' });
    await expect(refused).rejects.toThrow('OUTBOUND_ALLOWED');
    expect(connections).toBe(0);
  });
});
