import { randomBytes } from 'node:crypto';
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
