import { MessageRefused } from './messageRefused.ts';
import { type AnswerPhase, type SmtpAnswer, smtpAnswer } from './smtpAnswer.ts';
import { type LossReason, type SmtpWire, WireLost } from './smtpWire.ts';
import type { WireWindow } from './wireWindow.ts';

/** A server that hangs frees its slot within a minute, whatever it hangs at. */
export interface SmtpLimits {
  readonly connectMs: number;
  readonly answerMs: number;
  readonly messageMs: number;
}

export interface Offered {
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  /** 0: no limit stated. */
  readonly sizeLimit: number;
}

export interface Envelope {
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly smtpUtf8: boolean;
}

/** No byte of the message has left: safe to try again. */
export interface NotBegun {
  readonly outcome: 'notBegun';
  readonly reason: LossReason | 'windowClosed';
  readonly detail: string;
}

/** The server said no, so it has not taken the message. `classifyAnswer` says about whom that is. */
export interface Refused extends SmtpAnswer {
  readonly outcome: 'refused';
  readonly phase: Extract<AnswerPhase, 'mail' | 'rcpt' | 'data' | 'message'>;
}

export type Prepared = { readonly outcome: 'ready' } | NotBegun | Refused;

export type SendOutcome =
  | { readonly outcome: 'sent'; readonly response: string }
  | NotBegun
  | Refused
  /** The message was handed to the socket and no answer tells what became of it: it may have arrived. */
  | { readonly outcome: 'unknown'; readonly reason: LossReason; readonly detail: string };

/** What stands between the angle brackets of MAIL and RCPT: no bracket, no blank, no control character. */
const PATH = /^(?:(?![\p{Cc}\p{Z}<>]).)+@[A-Za-z0-9._[\]:-]+$/u;

/**
 * One connection that sends message after message: `prepare` (MAIL and RCPT), then the caller asks its gate, then `data`, or `abandon`
 * when the gate said no. DATA is written only while the wire window is open and the body only after the 354 has come within it, so
 * that "no DATA begins after the window" holds however slow the server, the network or this process is.
 */
export class SmtpLane {
  readonly #wire: SmtpWire;
  readonly #offered: Offered;
  readonly #limits: SmtpLimits;
  #isPrepared = false;
  #needsReset = false;
  #messageUntilMs = 0;

  constructor(wire: SmtpWire, offered: Offered, limits: SmtpLimits) {
    this.#wire = wire;
    this.#offered = offered;
    this.#limits = limits;
  }

  /** False once the connection is lost: get another one. */
  get isUsable(): boolean {
    return this.#wire.isOpen;
  }

  async prepare({ from, to, sizeBytes, smtpUtf8 }: Envelope): Promise<Prepared> {
    if ((from !== '' && !PATH.test(from)) || !PATH.test(to) || from.length + to.length > 600)
      throw new MessageRefused('The envelope has an address that SMTP cannot carry.');
    const { sizeLimit, smtpUtf8: takesUtf8, eightBitMime, pipelining } = this.#offered;
    if (smtpUtf8 && !takesUtf8) return refused(smtpAnswer(553, ['5.6.7 The mail server takes addresses in ASCII only']), 'mail');
    if (sizeLimit > 0 && sizeBytes > sizeLimit)
      return refused(smtpAnswer(552, [`5.3.4 The mail server takes ${sizeLimit} bytes only`]), 'mail');

    this.#messageUntilMs = performance.now() + this.#limits.messageMs;
    const commands = this.#needsReset || this.#isPrepared ? ['RSET\r\n'] : [];
    commands.push(
      `MAIL FROM:<${from}>${sizeLimit > 0 ? ` SIZE=${sizeBytes}` : ''}${smtpUtf8 ? `${eightBitMime ? ' BODY=8BITMIME' : ''} SMTPUTF8` : ''}\r\n`,
    );
    commands.push(`RCPT TO:<${to}>\r\n`);
    this.#isPrepared = false;
    this.#needsReset = true;
    try {
      const answers = pipelining ? await this.#together(commands) : await this.#oneByOne(commands);
      const rcpt = answers.at(-1);
      const mail = answers.at(-2);
      const failed = answers.slice(0, -1).find((answer) => answer.code !== 250) ?? (isYes(rcpt) ? undefined : rcpt);
      if (!failed && mail) {
        this.#isPrepared = true;
        return { outcome: 'ready' };
      }
      return this.#notTaken(failed, failed === rcpt ? 'rcpt' : 'mail');
    } catch (error) {
      return notBegun(error);
    }
  }

  /** The gate said no: the next `prepare` begins with RSET. */
  abandon(): void {
    this.#isPrepared = false;
  }

  async data(message: Buffer, window: WireWindow): Promise<SendOutcome> {
    if (!this.#isPrepared) throw new MessageRefused('DATA needs a prepared envelope.');
    const stuffed = dotStuffed(message);
    this.#isPrepared = false;
    try {
      if (window.leftMs() <= 0) return windowClosed('before DATA');
      this.#wire.write('DATA\r\n'); // nothing may come between the line above and this one
      // A timer may ring a millisecond early, with the window not quite closed.
      const go = await this.#wire.answer(Math.min(window.leftMs() + 1, this.#waitMs()));
      if (go.code !== 354) return this.#notTaken(go, 'data');
      if (window.leftMs() <= 0) {
        this.#wire.end('timeout', 'the wire window closed before the 354');
        return windowClosed('before the 354');
      }
    } catch (error) {
      return window.leftMs() <= 0 ? windowClosed('before the 354') : notBegun(error);
    }
    try {
      this.#wire.write(stuffed);
      const answer = await this.#wire.answer(this.#waitMs());
      if (isYes(answer)) {
        this.#needsReset = false;
        this.#endAfter(answer);
        return { outcome: 'sent', response: answer.response };
      }
      if (isNo(answer)) return this.#notTaken(answer, 'message');
      this.#wire.end('garbage', answer.response);
      return { outcome: 'unknown', reason: 'garbage', detail: answer.response };
    } catch (error) {
      if (!(error instanceof WireLost)) throw error;
      return { outcome: 'unknown', reason: error.reason, detail: error.message };
    }
  }

  /** Says good-bye without waiting for the answer. */
  close(): void {
    this.#wire.leave('QUIT\r\n');
  }

  /** RFC 2920: all commands in one packet, the answers in order. */
  #together(commands: readonly string[]): Promise<SmtpAnswer[]> {
    this.#wire.write(commands.join(''));
    return Promise.all(commands.map(() => this.#wire.answer(this.#waitMs())));
  }

  async #oneByOne(commands: readonly string[]): Promise<SmtpAnswer[]> {
    const answers: SmtpAnswer[] = [];
    for (const command of commands) {
      this.#wire.write(command);
      answers.push(await this.#wire.answer(this.#waitMs()));
    }
    return answers;
  }

  #notTaken(answer: SmtpAnswer | undefined, phase: Refused['phase']): Refused | NotBegun {
    if (answer && isNo(answer)) {
      this.#endAfter(answer);
      return refused(answer, phase);
    }
    const detail = answer?.response ?? 'no answer';
    this.#wire.end('garbage', detail);
    return { outcome: 'notBegun', reason: 'garbage', detail };
  }

  #endAfter(answer: SmtpAnswer): void {
    if (answer.code === 421) this.#wire.end('connectionLost', answer.response); // RFC 5321, 3.8: the server closes after it
  }

  #waitMs(): number {
    return Math.min(this.#limits.answerMs, this.#messageUntilMs - performance.now());
  }
}

function isYes(answer: SmtpAnswer | undefined): boolean {
  return answer !== undefined && answer.code >= 250 && answer.code <= 252;
}

function isNo({ code }: SmtpAnswer): boolean {
  return code >= 400;
}

function refused({ code, enhanced, response }: SmtpAnswer, phase: Refused['phase']): Refused {
  return { outcome: 'refused', phase, code, enhanced, response };
}

function windowClosed(when: string): NotBegun {
  return { outcome: 'notBegun', reason: 'windowClosed', detail: `the wire window closed ${when}` };
}

function notBegun(error: unknown): NotBegun {
  if (!(error instanceof WireLost)) throw error;
  return { outcome: 'notBegun', reason: error.reason, detail: error.message };
}

/**
 * The message as it follows DATA (RFC 5321, 4.5.2). A bare CR or LF is refused, not mended: servers disagree about where such a
 * message ends, and what comes after that end is a message of somebody else's ("SMTP smuggling", CVE-2023-51764).
 */
export function dotStuffed(message: Buffer): Buffer {
  const CR = 13;
  const LF = 10;
  for (let at = message.indexOf(LF); at >= 0; at = message.indexOf(LF, at + 1)) {
    if (message[at - 1] !== CR) throw new MessageRefused('The message has a bare line feed.');
  }
  for (let at = message.indexOf(CR); at >= 0; at = message.indexOf(CR, at + 1)) {
    if (message[at + 1] !== LF) throw new MessageRefused('The message has a bare carriage return.');
  }
  if (!message.subarray(-2).equals(Buffer.from('\r\n'))) throw new MessageRefused('The message does not end with a line end.');
  const pieces: Buffer[] = message[0] === 46 ? [Buffer.from('.')] : [];
  let start = 0;
  for (let at = message.indexOf('\r\n.'); at >= 0; at = message.indexOf('\r\n.', at + 2)) {
    pieces.push(message.subarray(start, at + 3)); // with the dot, which the next piece repeats
    start = at + 2;
  }
  pieces.push(message.subarray(start), Buffer.from('.\r\n'));
  return Buffer.concat(pieces);
}
