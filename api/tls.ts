import { readFileSync } from 'node:fs';
import type { Environment } from '../providers/environment.ts';

/**
 * Keeps P5 ("TLS"): with a certificate the API terminates TLS itself; without one it stands behind a proxy that somebody has named. In
 * production it does not start with neither, because passwords and cookies would travel in the clear.
 */
export function tlsOf(environment: Environment): { cert: Buffer; key: Buffer } | null {
  const { NODE_ENV, PUBLIC_URL, TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TRUSTED_PROXIES: proxies } = environment;
  if ((cert === undefined) !== (key === undefined)) throw new Error('Set both TLS_CERT_FILE and TLS_KEY_FILE, or neither.');
  if (NODE_ENV === 'production') {
    if (cert === undefined && proxies === undefined) {
      throw new Error('In production set TLS_CERT_FILE and TLS_KEY_FILE, or TRUSTED_PROXIES to the proxy that terminates TLS.');
    }
    if (!PUBLIC_URL.startsWith('https:')) throw new Error('In production PUBLIC_URL must begin with https:.');
  }
  return cert !== undefined && key !== undefined ? { cert: readFileSync(cert), key: readFileSync(key) } : null;
}

/** Whose word about callers is believed: the proxies that are named, else only one on this machine. */
export function proxiesOf({ TRUSTED_PROXIES: proxies }: Environment): string[] {
  return proxies?.split(/[\s,]+/).filter((address) => address !== '') ?? ['loopback'];
}
