import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import { headsLookedAt, patient } from '../../api/patience.ts';
import { proxiesOf, tlsOf } from '../../api/tls.ts';
import { readEnvironment } from '../../providers/environment.ts';

const environment = (variables: Record<string, string>) =>
  readEnvironment({
    DATABASE_URL: 'postgres://owner@localhost/decorum',
    DECORUM_SECRET: randomBytes(32).toString('base64url'),
    ...variables,
  });
const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://decorum.example' };

test.each([
  { variables: production, says: /TLS_CERT_FILE.*TRUSTED_PROXIES/, because: 'nothing encrypts' },
  {
    variables: { ...production, TRUSTED_PROXIES: '10.0.0.1', PUBLIC_URL: 'http://127.0.0.1:3000' },
    says: /https:/,
    because: 'its links are not',
  },
  { variables: { TLS_CERT_FILE: '/cert.pem' }, says: /both/, because: 'a certificate alone is none' },
])('no start when $because', ({ variables, says }) => {
  expect(() => tlsOf(environment(variables))).toThrow(says);
});

test('behind a named proxy production starts, and believes nobody else', () => {
  const behind = environment({ ...production, TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16' });
  expect(tlsOf(behind)).toBeNull();
  expect(proxiesOf(behind)).toEqual(['10.0.0.1', '10.1.0.0/16']);
  expect(proxiesOf(environment({}))).toEqual(['loopback']);
});

test('what is older than TLS 1.2 is not spoken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const files = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') };
  const { cert, key } = new SMTPServer({ secure: true }).options as { cert: string; key: string }; // a pair that everybody knows
  writeFileSync(files.TLS_CERT_FILE, cert);
  writeFileSync(files.TLS_KEY_FILE, key);
  const server = patient(createServer({ ...headsLookedAt, ...tlsOf(environment(files)) })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function spoken(version: SecureVersion): Promise<string | null> {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...old });
    try {
      await once(socket, 'secureConnect');
      return `${socket.getProtocol()} ${socket.getCipher().standardName}`;
    } catch {
      return null; // refused
    } finally {
      socket.destroy();
    }
  }
  expect(await Promise.all((['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const).map(spoken))).toEqual([
    null,
    null,
    expect.stringMatching(/^TLSv1\.2 TLS_ECDHE_.*_GCM_/),
    expect.stringMatching(/^TLSv1\.3 /),
  ]);
  server.close();
  rmSync(folder, { recursive: true });
});
