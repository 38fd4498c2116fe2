import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { DkimKey } from './dkim.ts';
import type { SmtpServer } from './smtpConnect.ts';

/** A connection by nodemailer, for single messages outside outreach: a test send, a reply's forward. To be closed by the caller. */
export function nodemailerTransport(server: SmtpServer, dkim?: DkimKey) {
  const { host, address, port, secure, username, password, tlsOptions, clientName, limits } = server;
  return createTransport({
    host: address ?? host,
    port,
    secure: secure === 'tls',
    requireTLS: secure === 'starttls',
    ignoreTLS: secure === 'none',
    connectionTimeout: limits?.connectMs ?? 10_000,
    greetingTimeout: limits?.answerMs ?? 30_000,
    socketTimeout: limits?.messageMs ?? 60_000,
    ...(clientName === undefined ? {} : { name: clientName }),
    tls: { ...(isIP(host) ? {} : { servername: host }), ...tlsOptions },
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    // nodemailer knows RSA only, and with another key it sends unsigned or wrongly signed without a word.
    ...(dkim?.algorithm === 'rsa-sha256' && {
      dkim: {
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    }),
  });
}
