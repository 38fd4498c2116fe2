import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

const WINDOW_SECONDS = 300;

/**
 * The header `Decorum-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 over the time, the envelope and the body. Old ones are refused;
 * within the window the same message handed in twice is one by its content.
 */
export function signWebhook(key: Buffer, atSeconds: number, envelope: readonly string[], body: Buffer): string {
  const mac = createHmac('sha256', key)
    .update(`${atSeconds}\n${envelope.join('\n')}\n`)
    .update(body);
  return `t=${atSeconds},v1=${mac.digest('hex')}`;
}

/** Refuses what was not signed by us, or not just now. */
export function verifyWebhook(
  key: Buffer,
  { header, envelope, body, now }: { header: string; envelope: readonly string[]; body: Buffer; now: Date },
): void {
  const [, seconds] = /^t=(\d{1,12}),v1=[0-9a-f]{64}$/.exec(header) ?? [];
  const given = Buffer.from(header);
  const expected = Buffer.from(signWebhook(key, Number(seconds ?? 0), envelope, body));
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
  if (!isSigned || Math.abs(now.getTime() / 1000 - Number(seconds)) > WINDOW_SECONDS) {
    throw new Problem('bad-signature', 'Sign time, envelope and body, and send it within five minutes.');
  }
}
