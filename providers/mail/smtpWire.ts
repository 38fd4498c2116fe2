import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { type SmtpAnswer, smtpAnswer } from './smtpAnswer.ts';

/** Why a connection is of no use any more. */
export type LossReason = 'timeout' | 'connectionLost' | 'garbage';

export class WireLost extends Error {
  override readonly name = 'WireLost';
  readonly reason: LossReason;

  constructor(reason: LossReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** With its lines, for EHLO. */
export interface WireAnswer extends SmtpAnswer {
  readonly lines: readonly string[];
}

interface Waiter {
  resolve(answer: WireAnswer): void;
  reject(lost: WireLost): void;
  timer: NodeJS.Timeout;
}

const LONGEST_LINE = 8_192;
const MOST_LINES = 128;
const FAREWELL_MS = 1_000;
const ANSWER_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/;

/**
 * One socket as a queue of answers. Whatever goes wrong ends it for good: after a timeout, a foreign line or an answer that nobody
 * asked for, one cannot know any more which answer belongs to which command.
 */
export class SmtpWire {
  readonly #socket: Socket;
  readonly #waiters: Waiter[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  #lines: string[] = [];
  #lost: WireLost | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#read);
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
  }

  get isOpen(): boolean {
    return this.#lost === null;
  }

  write(bytes: string | Buffer): void {
    if (!this.#lost) this.#socket.write(bytes);
  }

  /** The next answer in order; rejects with WireLost, and then the socket is destroyed. */
  answer(timeoutMs: number): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      const timer = setTimeout(() => this.end('timeout', `no answer within ${Math.round(timeoutMs)} ms`), Math.max(0, timeoutMs));
      this.#waiters.push({ resolve, reject, timer });
    });
  }

  end(reason: LossReason, detail: string): void {
    this.#socket.destroy();
    this.#lose(reason, detail);
  }

  /** Says a last thing and goes, without waiting for the answer. */
  leave(farewell: string): void {
    if (this.#lost) return;
    this.#lose('connectionLost', 'closed by us');
    this.#socket.setTimeout(FAREWELL_MS, () => this.#socket.destroy());
    this.#socket.end(farewell, () => this.#socket.destroy());
  }

  #lose(reason: LossReason, detail: string): void {
    if (this.#lost) return;
    this.#lost = new WireLost(reason, detail);
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(this.#lost);
    }
  }

  /** Hands the socket over to TLS. Text that came before the handshake could be anybody's (CVE-2011-0411): it ends the connection. */
  release(): Socket {
    if (this.#pending !== '' || this.#lines.length > 0) this.end('garbage', 'text between STARTTLS and the handshake');
    if (this.#lost) throw this.#lost;
    this.#socket.off('data', this.#read);
    this.#socket.off('error', this.#failed);
    this.#socket.off('close', this.#closed);
    return this.#socket;
  }

  readonly #failed = (error: Error): void => this.end('connectionLost', error.message);
  readonly #closed = (): void => this.end('connectionLost', 'the server closed the connection');

  readonly #read = (chunk: Buffer): void => {
    this.#pending += this.#decoder.write(chunk);
    let start = 0;
    for (let end = this.#pending.indexOf('\n'); end >= 0 && !this.#lost; end = this.#pending.indexOf('\n', start)) {
      this.#readLine(this.#pending.slice(start, this.#pending[end - 1] === '\r' ? end - 1 : end));
      start = end + 1;
    }
    this.#pending = this.#pending.slice(start);
    if (this.#pending.length > LONGEST_LINE) this.end('garbage', 'an endless line');
  };

  #readLine(line: string): void {
    const match = ANSWER_LINE.exec(line);
    const isSameAnswer = this.#lines.length === 0 || this.#lines[0]?.slice(0, 3) === match?.[1];
    if (!match || !isSameAnswer || line.length > LONGEST_LINE || this.#lines.length >= MOST_LINES) {
      return this.end('garbage', `no SMTP answer: ${line.slice(0, 100)}`);
    }
    this.#lines.push(line);
    if (match[2] === '-') return;
    const lines = this.#lines.map((text) => text.slice(4));
    const answer = { ...smtpAnswer(Number(match[1]), lines), lines };
    this.#lines = [];
    const waiter = this.#waiters.shift();
    if (!waiter) return this.end('connectionLost', `unasked: ${answer.response}`); // as a rule 421, before the server closes
    clearTimeout(waiter.timer);
    waiter.resolve(answer);
  }
}
