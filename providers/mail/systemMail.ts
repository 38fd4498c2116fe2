import { nodemailerTransport } from './nodemailerTransport.ts';
import type { SmtpServer } from './smtpConnect.ts';

/** The operator's own mailbox: what the product itself has to say to its users goes out over it, never over a rep's. */
export interface SystemMail {
  readonly server: SmtpServer;
  readonly from: string;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `smtps://user:password@host` speaks TLS from the start, `smtp://` STARTTLS without fail; only to this machine itself nothing is encrypted. */
export function systemMailOf(address: string, from: string): SystemMail {
  const { protocol, hostname, port, username, password } = new URL(address);
  const isTls = protocol === 'smtps:';
  return {
    server: {
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: Number(port) || (isTls ? 465 : 587),
      secure: isTls ? 'tls' : LOOPBACK.has(hostname) ? 'none' : 'starttls',
      ...(username && { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
      limits: { connectMs: 5_000, answerMs: 10_000, messageMs: 20_000 },
    },
    from,
  };
}

/** Sends one message; throws when the server does not take it. The same id names the same message, so that one that came twice shows once. */
export async function sendSystemMail(
  { server, from }: SystemMail,
  message: { id: string; to: string; subject: string; text: string; sentAt: Date },
): Promise<void> {
  const transport = nodemailerTransport(server);
  try {
    await transport.sendMail({
      envelope: { from, to: message.to },
      from: { name: 'Decorum', address: from },
      to: { name: '', address: message.to },
      subject: message.subject,
      text: message.text,
      messageId: `<${message.id}@${from.slice(from.indexOf('@') + 1)}>`,
      date: message.sentAt,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }, // RFC 3834; Exchange goes by the other one
    });
  } finally {
    transport.close();
  }
}
