import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { type LinkKeys, type MailClaims, readMailLocalPart } from '../../linkToken.ts';
import { InboundRefused } from './parse.ts';

/** A message to one of our `reply+…`, `bounce+…` and `unsubscribe+…` addresses, whose MAC was right. */
export interface Delivery extends MailClaims {
  readonly raw: Buffer;
  /** Empty for the null sender of bounces. */
  readonly envelopeFrom: string;
}

/** The MAC is right, but what the address named has been deleted. */
export class NoSuchAddress extends Error {
  override readonly name = 'NoSuchAddress';
}

export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  readonly host?: string;
  readonly port?: number;
  /** The domain of our addresses; mail to any other is refused, so that nobody relays through us. */
  readonly domain: string;
  readonly linkKeys: LinkKeys;
  /** Commits what came in. Only then the sender hears 250; when it throws, 451, and the sender tries again: it must bear repetition. */
  readonly handle: (delivery: Delivery) => Promise<void>;
  /** What `handle` threw, with nothing of the message. */
  readonly failed: (error: unknown) => void;
}

const LARGEST_BYTES = 2_000_000;
const MOST_CONNECTIONS = 50;
const MOST_RECIPIENTS = 5;
const IDLE_MS = 60_000;
const COMMAND_BYTES = 2_000;
const CLOSE_MS = 3_000;
const noSuchAddress = [550, '5.1.1 No such address here'] as const;

/** The inbound SMTP listener: nobody's inbox is ever read, answers are sent to us (P4). */
export async function startListener({
  host = '127.0.0.1',
  port = 0,
  domain,
  linkKeys,
  handle,
  failed,
}: ListenerOptions): Promise<Listener> {
  const claimsOf = (address: string): MailClaims | null => {
    const at = address.lastIndexOf('@');
    return address.slice(at + 1).toLowerCase() === domain.toLowerCase()
      ? readMailLocalPart(linkKeys, address.slice(0, at))
      : null;
  };
  const server = new SMTPServer({
    name: domain,
    banner: 'ready',
    logger: false,
    disabledCommands: ['AUTH', 'STARTTLS'], // TLS ends at the mail exchanger in front of us
    disableReverseLookup: true,
    size: LARGEST_BYTES,
    maxClients: MOST_CONNECTIONS,
    maxRecipients: MOST_RECIPIENTS,
    maxCommandLength: COMMAND_BYTES,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_MS,
    onRcptTo: ({ address }, _session, done) => done(claimsOf(address) ? null : answer(...noSuchAddress)),
    onData(stream, { envelope }, done) {
      callbackify(async () => {
        const raw = await readAll(stream);
        const envelopeFrom = envelope.mailFrom ? envelope.mailFrom.address : '';
        for (const { address } of envelope.rcptTo) {
          const claims = claimsOf(address);
          if (claims) await committed({ ...claims, raw, envelopeFrom });
        }
      })(done);
    },
  });

  async function committed(delivery: Delivery): Promise<void> {
    try {
      await handle(delivery);
    } catch (error) {
      if (error instanceof NoSuchAddress) throw answer(...noSuchAddress);
      if (error instanceof InboundRefused) throw answer(554, `5.6.0 ${error.message}`); // it would be no better tomorrow
      failed(error);
      throw answer(451, '4.3.0 Not taken, try again later');
    }
  }

  server.on('error', () => undefined); // of single connections, which have been closed for it
  server.listen(port, host);
  await once(server.server, 'listening'); // rejects when the port is taken
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw answer(552, '5.3.4 The message is too large');
  return Buffer.concat(chunks);
}

function answer(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
