import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { MessageRefused } from './messageRefused.ts';
import type { AnswerPhase, SmtpAnswer } from './smtpAnswer.ts';
import { type Offered, SmtpLane, type SmtpLimits } from './smtpLane.ts';
import { SmtpWire, type WireAnswer } from './smtpWire.ts';

export interface SmtpServer {
  readonly host: string;
  /** Where the host was found by whoever checked it; absent: the name is resolved. */
  readonly address?: string | undefined;
  readonly port: number;
  /** `starttls` never falls back to plain text. */
  readonly secure: 'none' | 'starttls' | 'tls';
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tlsOptions?: ConnectionOptions | undefined;
  /** What we call ourselves in EHLO. */
  readonly clientName?: string | undefined;
  readonly limits?: Partial<SmtpLimits> | undefined;
}

/** No connection came about. `answer` is what the server said, null when it said nothing of use. */
export class SmtpConnectFailed extends Error {
  override readonly name = 'SmtpConnectFailed';
  readonly phase: Extract<AnswerPhase, 'connect' | 'auth'>;
  readonly answer: SmtpAnswer | null;

  constructor(message: string, phase: 'connect' | 'auth', answer: SmtpAnswer | null, cause?: unknown) {
    super(message, { cause });
    this.phase = phase;
    this.answer = answer;
  }
}

const LIMITS: SmtpLimits = { connectMs: 10_000, answerMs: 30_000, messageMs: 60_000 };
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

/** A connection that is greeted, encrypted and logged in as asked. Throws SmtpConnectFailed. */
export async function connectSmtp(server: SmtpServer): Promise<SmtpLane> {
  const limits = { ...LIMITS, ...server.limits };
  if (server.password && server.secure === 'none' && !LOOPBACK.has(server.host)) {
    throw new SmtpConnectFailed('A password goes over TLS only (P5).', 'connect', null);
  }
  const clientName = server.clientName ?? hostname();
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(clientName)) throw new MessageRefused('The client name is no host name.');
  const startedAtMs = performance.now();
  const waitMs = (): number => Math.min(limits.answerMs, limits.messageMs - (performance.now() - startedAtMs));
  let wire: SmtpWire | null = null;
  try {
    wire = new SmtpWire(await open(server, limits.connectMs));
    expectCode(await wire.answer(waitMs()), [220], 'connect');
    let offered = await greet(wire, clientName, waitMs);
    if (server.secure === 'starttls') {
      if (!offered.has('STARTTLS')) throw new SmtpConnectFailed('The server does not offer STARTTLS.', 'connect', null);
      wire.write('STARTTLS\r\n');
      expectCode(await wire.answer(waitMs()), [220], 'connect');
      wire = new SmtpWire(await encrypt(wire.release(), server, limits.connectMs));
      offered = await greet(wire, clientName, waitMs);
    }
    if (server.username !== undefined) await logIn(wire, offered, server.username, server.password ?? '', waitMs);
    return new SmtpLane(wire, readOffered(offered), limits);
  } catch (error) {
    wire?.end('connectionLost', 'given up');
    if (error instanceof SmtpConnectFailed) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SmtpConnectFailed(`No connection to the mail server: ${why}`, 'connect', null, error);
  }
}

function open(server: SmtpServer, connectMs: number): Promise<Socket> {
  const { host: name, address: host = name, port } = server;
  return server.secure === 'tls'
    ? established(connectTls({ host, port, ...tlsFor(server) }), 'secureConnect', connectMs)
    : established(connectTcp({ host, port }), 'connect', connectMs);
}

function encrypt(socket: Socket, server: SmtpServer, connectMs: number): Promise<Socket> {
  return established(connectTls({ socket, ...tlsFor(server) }), 'secureConnect', connectMs);
}

function tlsFor({ host, tlsOptions }: SmtpServer): ConnectionOptions {
  return { ...(isIP(host) ? {} : { servername: host }), ...tlsOptions };
}

function established(socket: Socket, event: 'connect' | 'secureConnect', connectMs: number): Promise<Socket> {
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const closed = (): void => failed(new Error('the server closed the connection'));
    const timer = setTimeout(() => failed(new Error(`no connection within ${connectMs} ms`)), connectMs);
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', failed);
      socket.off('close', closed);
      resolve(socket);
    });
  });
}

async function greet(wire: SmtpWire, clientName: string, waitMs: () => number): Promise<Map<string, string>> {
  wire.write(`EHLO ${clientName}\r\n`);
  const lines = await wire.answer(waitMs());
  if (lines.code === 250) return keywordsOf(lines);
  wire.write(`HELO ${clientName}\r\n`); // RFC 5321, 3.2
  expectCode(await wire.answer(waitMs()), [250], 'connect');
  return new Map();
}

function keywordsOf({ lines }: WireAnswer): Map<string, string> {
  return new Map(
    lines.slice(1).map((line) => {
      const [keyword = '', ...parameters] = line.trim().toUpperCase().split(/[ =]+/); // AUTH=LOGIN is an old spelling
      return [keyword, parameters.join(' ')];
    }),
  );
}

function readOffered(keywords: ReadonlyMap<string, string>): Offered {
  return {
    pipelining: keywords.has('PIPELINING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    sizeLimit: Number(keywords.get('SIZE')) || 0,
  };
}

/** RFC 4954; PLAIN where offered, else LOGIN, which everybody knows and nobody has specified. */
async function logIn(
  wire: SmtpWire,
  offered: ReadonlyMap<string, string>,
  username: string,
  password: string,
  waitMs: () => number,
): Promise<void> {
  if (`${username}${password}`.includes('\0')) throw new MessageRefused('A user name or password has no NUL character.');
  const methods = (offered.get('AUTH') ?? '').split(' ');
  const say = async (line: string, codes: readonly number[]): Promise<void> => {
    wire.write(`${line}\r\n`);
    expectCode(await wire.answer(waitMs()), codes, 'auth');
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  if (methods.includes('PLAIN')) return say(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`, [235]);
  if (!methods.includes('LOGIN'))
    throw new SmtpConnectFailed('The server offers neither AUTH PLAIN nor AUTH LOGIN.', 'auth', null);
  await say('AUTH LOGIN', [334]);
  await say(base64(username), [334]);
  await say(base64(password), [235]);
}

function expectCode(answer: SmtpAnswer, codes: readonly number[], phase: 'connect' | 'auth'): void {
  if (!codes.includes(answer.code)) throw new SmtpConnectFailed(`The mail server answered: ${answer.response}`, phase, answer);
}
