import { createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '../../scripts/fault/random.ts';

/** What the sink saw of one message. Instants are of the machine's one monotonic clock (process.hrtime), comparable between processes. */
export interface SinkRecord {
  readonly to: string;
  /** When the DATA command was read. */
  readonly dataAtNs: bigint;
  /** When the 250 was written; null when the message was not accepted. */
  acceptedAtNs: bigint | null;
  messageId: string;
  /** X-Decorum-… headers by the rest of their name in lower case, e.g. `{ enrolment, step }`; empty when the body never came. */
  ids: Readonly<Record<string, string>>;
}

/** How often things go wrong, each from 0 to 1 and by message. */
export interface SinkChance {
  /** Takes `slowMs` before the 354 or before the last answer. */
  readonly slow?: number;
  /** Resets the connection: at MAIL, at DATA, inside the body, after it, or right after its 250. */
  readonly reset?: number;
  /** Answers 4xx to MAIL, RCPT, DATA or the whole message. */
  readonly transient?: number;
}

export interface SinkCounts {
  connections: number;
  begun: number;
  accepted: number;
  slowed: number;
  reset: number;
  refused: number;
}

type Stage = 'mail' | 'rcpt' | 'data' | 'body' | 'end' | 'accepted';
type Trouble = { kind: 'slow' | 'reset' | 'transient'; stage: Stage } | null;

const STAGES = {
  slow: ['data', 'end'],
  reset: ['mail', 'data', 'body', 'end', 'accepted'],
  transient: ['mail', 'rcpt', 'data', 'end'],
} as const;

/** An SMTP server that keeps nothing but ids and instants, and misbehaves by a seeded plan. */
export class SinkServer {
  readonly records: SinkRecord[] = [];
  readonly counts: SinkCounts = { connections: 0, begun: 0, accepted: 0, slowed: 0, reset: 0, refused: 0 };
  readonly server: Server;
  readonly slowMs: number;
  chance: SinkChance;
  readonly #random: () => number;

  constructor({ seed, chance, slowMs }: { seed: number; chance: SinkChance; slowMs: number }) {
    this.chance = chance;
    this.slowMs = slowMs;
    this.#random = seededRandom(seed);
    this.server = createServer({ noDelay: true }, (socket) => {
      this.counts.connections += 1;
      new Conversation(socket, this).greet();
    });
  }

  /** The plan for the next message. */
  trouble(): Trouble {
    const { slow = 0, reset = 0, transient = 0 } = this.chance;
    if (slow + reset + transient === 0) return null;
    const roll = this.#random();
    const kind = roll < slow ? 'slow' : roll < slow + reset ? 'reset' : roll < slow + reset + transient ? 'transient' : null;
    if (!kind) return null;
    const stages = STAGES[kind];
    return { kind, stage: stages[Math.floor(this.#random() * stages.length)] ?? 'end' };
  }
}

const END = Buffer.from('\r\n.\r\n');
const LF = 10;
const NOTHING = Buffer.alloc(0);

class Conversation {
  readonly #socket: Socket;
  readonly #sink: SinkServer;
  #held: Buffer = NOTHING;
  #answers = '';
  #trouble: Trouble = null;
  #to = '';
  #record: SinkRecord | null = null;
  /** In the body: where to look for its end from. */
  #searchFrom = 0;
  #isWaiting = false;

  constructor(socket: Socket, sink: SinkServer) {
    this.#socket = socket;
    this.#sink = sink;
    socket.on('data', (chunk) => {
      this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
      this.#go();
    });
    socket.on('error', () => socket.destroy()); // clients are killed in mid-sentence: that is what the sink is for
  }

  greet(): void {
    this.#socket.write('220 sink ESMTP\r\n');
  }

  #go(): void {
    while (!this.#isWaiting && !this.#socket.destroyed && (this.#record ? this.#readBody(this.#record) : this.#readCommand()));
    if (this.#answers !== '' && !this.#socket.destroyed) {
      this.#socket.write(this.#answers, 'latin1');
      this.#answers = '';
    }
  }

  #readCommand(): boolean {
    const end = this.#held.indexOf(LF);
    if (end < 0) return false;
    const line = this.#held.toString('latin1', 0, end).trimEnd();
    this.#held = this.#held.subarray(end + 1);
    this.#answer(line);
    return true;
  }

  #answer(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return this.#say(
          '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES',
        );
      case 'AUTH':
        return this.#say('235 2.7.0 ok');
      case 'MAIL':
        this.#trouble = this.#sink.trouble();
        return this.#at('mail', () => this.#say('250 2.1.0 ok'));
      case 'RCPT':
        this.#to = line.slice(line.indexOf('<') + 1, line.indexOf('>')).toLowerCase();
        return this.#at('rcpt', () => this.#say('250 2.1.5 ok'));
      case 'DATA':
        if (this.#to === '') return this.#say('503 5.5.1 no recipient');
        this.#record = { to: this.#to, dataAtNs: process.hrtime.bigint(), acceptedAtNs: null, messageId: '', ids: {} };
        this.#sink.records.push(this.#record);
        this.#sink.counts.begun += 1;
        this.#searchFrom = 0;
        return this.#at('data', () => this.#say('354 go'));
      case 'QUIT':
        this.#socket.end(`${this.#answers}221 2.0.0 bye\r\n`);
        this.#answers = '';
        this.#isWaiting = true;
        return;
      default: // RSET, NOOP, HELO
        this.#to = '';
        return this.#say('250 2.0.0 ok');
    }
  }

  #readBody(record: SinkRecord): boolean {
    if (this.#trouble?.stage === 'body' && this.#held.length > 0) {
      this.#reset();
      return false;
    }
    const end = this.#held.indexOf(END, this.#searchFrom);
    if (end < 0) {
      this.#searchFrom = Math.max(0, this.#held.length - END.length);
      return false;
    }
    const split = this.#held.indexOf('\r\n\r\n');
    readIds(record, this.#held.toString('latin1', 0, split < 0 ? end : Math.min(split, end)));
    this.#held = this.#held.subarray(end + END.length);
    this.#record = null;
    this.#to = '';
    this.#at('end', () => {
      record.acceptedAtNs = process.hrtime.bigint();
      this.#sink.counts.accepted += 1;
      this.#say('250 2.0.0 accepted');
      this.#at('accepted', () => undefined);
    });
    return true;
  }

  #at(stage: Stage, otherwise: () => void): void {
    if (this.#trouble?.stage !== stage) return otherwise();
    const { kind } = this.#trouble;
    this.#trouble = null;
    if (kind === 'reset') {
      if (stage === 'accepted') this.#socket.write(this.#answers);
      this.#reset();
    } else if (kind === 'transient') {
      this.#sink.counts.refused += 1;
      this.#record = null;
      if (stage !== 'rcpt') this.#to = '';
      this.#say('451 4.3.0 try again later');
      if (stage === 'rcpt') this.#to = '';
    } else {
      this.#sink.counts.slowed += 1;
      this.#isWaiting = true;
      setTimeout(() => {
        this.#isWaiting = false;
        otherwise();
        this.#go();
      }, this.#sink.slowMs);
    }
  }

  #reset(): void {
    this.#sink.counts.reset += 1;
    this.#socket.resetAndDestroy();
  }

  #say(answer: string): void {
    this.#answers += `${answer}\r\n`;
  }
}

const HEADER = /^(?:message-id:\s*(<[^>]*>)|x-decorum-([a-z-]+): *(\S*))/gim;

function readIds(record: SinkRecord, head: string): void {
  const ids: Record<string, string> = {};
  for (const [, messageId, name, value] of head.matchAll(HEADER)) {
    if (messageId) record.messageId = messageId;
    if (name) ids[name.toLowerCase()] = value ?? '';
  }
  record.ids = ids;
}
