import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Database } from '../db/transaction.ts';
import type { ClearanceSigner } from '../providers/clearanceSignature.ts';
import type { Keyring } from '../providers/codec/keyring.ts';
import type { LinkKeys } from '../providers/linkToken.ts';
import type { Delivery } from '../providers/mail/inbound/listener.ts';
import type { AskQueue } from '../providers/temporalQueues.ts';
import type { OutboundGuard } from '../providers/outboundGuard.ts';
import type { TemplateRenderer } from '../providers/outreachWords.ts';
import type { ReassignedNumbers } from '../providers/reassigned/reassignedNumbers.ts';
import type { Vault } from '../providers/vault.ts';

/** What the API asks of the world; a test gives its own. */
export interface Dependencies {
  readonly db: Database;
  /** Connections of their own for opt-outs: no slow export may stand in front of one. */
  readonly stops: Database;
  readonly vault: Vault;
  /** Keys of what Temporal stores. */
  readonly histories: Keyring;
  /** Platform key of the keyed hashes: addresses, and what an idempotency key was used for. */
  readonly addressKey: Buffer;
  readonly linkKeys: LinkKeys;
  /** Of the signature on the inbound webhook. */
  readonly webhookKey: Buffer;
  readonly clearances: ClearanceSigner;
  /** Of certificates of deletion. */
  readonly certificates: ClearanceSigner;
  /** Asked before a call is cleared; absent: the operator has none to ask. */
  readonly reassigned?: ReassignedNumbers | undefined;
  /** Commits what came in to one of our addresses; bears repetition. */
  readonly acceptInbound: (delivery: Delivery) => Promise<void>;
  /** Which addresses may be connected to. */
  readonly outbound: OutboundGuard;
  readonly templates: TemplateRenderer;
  /** What links in messages begin with. */
  readonly publicUrl: string;
  /** The wall clock, for what the world outside dates: messages and signatures. Legal time is the database's. */
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
  /** Cookies only over TLS: everywhere but on plain http on one's own machine. */
  readonly secureCookies: boolean;
  /** Proxies whose word about the caller's address is believed; absent: one on this machine. */
  readonly trustedProxies?: readonly string[];
  /** Of the mail catcher; absent where mail really leaves. */
  readonly catcherUrl?: string | undefined;
  /** Where the built console lies; absent: the API is served without one. */
  readonly consoleFolder?: string;
  readonly askQueue: AskQueue;
  /** Where the Temporal UI shows the workflows of our namespace; absent: nobody has said. */
  readonly temporalUi?: string | undefined;
  /** Where what the API does is counted; absent: nowhere. */
  readonly metrics?: Registry | undefined;
  /** Whether the process is being stopped: it answers what it has begun, and wants nothing new. */
  readonly isStopping?: () => boolean;
  /** For how many days usage data is kept (P1). */
  readonly usageDays: number;
  readonly log: Logger;
}
