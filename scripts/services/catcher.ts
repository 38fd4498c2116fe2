import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { callbackify } from 'node:util';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** Where e-mails go that must not leave the machine: takes everything, keeps the newest, shows them as JSON on loopback. */
export interface Catcher {
  readonly smtpPort: number;
  readonly httpPort: number;
  stop(): Promise<void>;
}

export interface CaughtSummary {
  readonly id: string;
  readonly caughtAt: string;
  readonly from: string;
  /** Of the envelope: who would have got it. */
  readonly to: string;
  readonly subject: string;
}

const KEPT = 5_000;
const LARGEST_BYTES = 5_000_000;
const PAGE = 50;
const ID = /^\d{12}$/;

/**
 * Files under `dir` are named by a number that only grows: `000000000042.eml`. They are there again after a restart. Answers:
 * `GET /messages?limit&before` (newest first, `before` an id), `GET /messages/:id` (parsed), `GET /messages/:id/raw`.
 */
export async function startCatcher({
  smtpPort = 0,
  httpPort = 0,
  dir,
  kept = KEPT,
}: {
  smtpPort?: number;
  httpPort?: number;
  dir: string;
  kept?: number;
}): Promise<Catcher> {
  await mkdir(dir, { recursive: true });
  const shelf = await openShelf(dir, kept);
  const smtp = new SMTPServer({
    name: 'catcher',
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_BYTES,
    logger: false,
    onAuth: (_auth, _session, done) => done(null, { user: 'anybody' }),
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
      callbackify(async () => shelf.put(await readAll(stream), to))(done); // an error, as of a full disk, answers 4xx or 5xx, never a false 250
    },
  });
  smtp.on('error', () => undefined); // of single connections, e.g. reset by a client that was killed; a port that is taken rejects below
  const web = createServer((request, response) => {
    answer(request, response, shelf).catch((error: unknown) =>
      reply(response, 500, { error: error instanceof Error ? error.message : 'failed' }),
    );
  });
  try {
    await listen(smtp.server, () => smtp.listen(smtpPort, '127.0.0.1'));
    await listen(web, () => web.listen(httpPort, '127.0.0.1'));
  } catch (error) {
    smtp.close();
    web.close();
    throw error;
  }
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    httpPort: (web.address() as AddressInfo).port,
    async stop() {
      await new Promise<void>((resolve) => {
        for (const connection of smtp.connections) connection.close();
        smtp.close(resolve);
      });
      await new Promise<unknown>((resolve) => {
        web.close(resolve);
        web.closeAllConnections();
      });
    },
  };
}

/** The messages on disk, oldest first by number. */
interface Shelf {
  put(raw: Buffer, envelopeTo: string): Promise<void>;
  /** The newest `limit` ids below `before`, newest first. */
  page(limit: number, before: number): string[];
  raw(id: string): Promise<Buffer | null>;
}

async function openShelf(dir: string, kept: number): Promise<Shelf> {
  const fileOf = (number: number): string => join(dir, `${idOf(number)}.eml`);
  const numbers = (await readdir(dir))
    .flatMap((name) => (/^\d{12}\.eml$/.test(name) ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => a - b);
  let last = numbers.at(-1) ?? 0;

  async function forgetOldest(): Promise<void> {
    for (const number of numbers.splice(0, Math.max(0, numbers.length - kept))) await rm(fileOf(number), { force: true });
  }
  await forgetOldest();

  return {
    async put(raw, envelopeTo) {
      const number = (last += 1);
      const head = `X-Caught-At: ${new Date().toISOString()}\r\nX-Envelope-To: ${envelopeTo.replaceAll(/\p{Cc}/gu, '')}\r\n`;
      await writeFile(`${fileOf(number)}.part`, Buffer.concat([Buffer.from(head), raw]));
      await rename(`${fileOf(number)}.part`, fileOf(number)); // a message is there whole or not at all, whenever we are killed
      numbers.push(number);
      await forgetOldest();
    },
    page: (limit, before) =>
      numbers
        .filter((number) => number < before)
        .slice(-limit)
        .reverse()
        .map(idOf),
    raw: async (id) => (ID.test(id) && numbers.includes(Number(id)) ? readFile(fileOf(Number(id))) : null),
  };
}

function idOf(number: number): string {
  return String(number).padStart(12, '0');
}

async function answer(request: IncomingMessage, response: ServerResponse, shelf: Shelf): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, collection, id, raw, ...rest] = url.pathname.split('/');
  if (request.method !== 'GET') return reply(response, 405, { error: 'only GET' });
  if (collection !== 'messages' || rest.length > 0) return reply(response, 404, { error: 'not found' });
  if (!id) {
    const limit = Math.min(200, Math.max(1, Number(url.searchParams.get('limit') ?? PAGE) || PAGE));
    const before = Number(url.searchParams.get('before') ?? Number.MAX_SAFE_INTEGER) || Number.MAX_SAFE_INTEGER;
    const messages = await Promise.all(shelf.page(limit, before).map((each) => summarize(each, shelf)));
    return reply(response, 200, { messages: messages.filter((message) => message !== null) });
  }
  const bytes = await shelf.raw(id);
  if (!bytes || (raw !== undefined && raw !== 'raw')) return reply(response, 404, { error: 'no such message' });
  if (raw === 'raw') {
    response.writeHead(200, { 'content-type': 'message/rfc822', 'x-content-type-options': 'nosniff' }).end(bytes);
    return;
  }
  const parsed = await simpleParser(bytes);
  return reply(response, 200, {
    ...summaryOf(id, parsed),
    headerTo: textOf(parsed.to),
    replyTo: textOf(parsed.replyTo),
    date: parsed.date?.toISOString() ?? null,
    messageId: parsed.messageId ?? null,
    inReplyTo: parsed.inReplyTo ?? null,
    headers: parsed.headerLines.map(({ line }) => line),
    text: parsed.text ?? '',
    html: parsed.html === false ? null : parsed.html,
    attachments: parsed.attachments.map(({ filename, contentType, size }) => ({ filename: filename ?? null, contentType, size })),
  });
}

/** Null when the message was forgotten in between. */
async function summarize(id: string, shelf: Shelf): Promise<CaughtSummary | null> {
  const bytes = await shelf.raw(id).catch(() => null); // forgotten while we read
  if (!bytes) return null;
  const end = bytes.indexOf('\r\n\r\n');
  return summaryOf(id, await simpleParser(end < 0 ? bytes : bytes.subarray(0, end + 4)));
}

function summaryOf(id: string, { headers, from, subject }: ParsedMail): CaughtSummary {
  const header = (name: string): string => {
    const value = headers.get(name);
    return typeof value === 'string' ? value : '';
  };
  return { id, caughtAt: header('x-caught-at'), from: textOf(from), to: header('x-envelope-to'), subject: subject ?? '' };
}

function textOf(addresses: AddressObject | AddressObject[] | undefined): string {
  return [addresses ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ');
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw Object.assign(new Error('5.3.4 The message is too large.'), { responseCode: 552 });
  return Buffer.concat(chunks);
}

function listen(server: Server, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
    begin();
  });
}
