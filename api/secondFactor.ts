import { createHash } from 'node:crypto';
import { generateSecret, generateURI, verify } from 'otplib';
import QRCode from 'qrcode';
import { readSecondFactor, useRecoveryCode, useStep } from '../db/secondFactor.ts';
import type { Tx } from '../db/transaction.ts';
import { toBase32 } from '../providers/base32.ts';
import type { Dependencies } from './dependencies.ts';

export const SECRET_COLUMN = 'users.totp_secret';
const SECONDS = 30;
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 15; // 120 bits: a plain hash of one cannot be guessed at (ASVS 6.5.2 wants 112)

/** A new secret for an authenticator app: as text, and as the picture that apps read. */
export async function newSecret(email: string): Promise<{ secret: string; uri: string; qr: string }> {
  const secret = generateSecret();
  const uri = generateURI({ issuer: 'Decorum', label: email, secret });
  const svg = await QRCode.toString(uri, { type: 'svg', margin: 2 });
  return { secret, uri, qr: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
}

/** The time step of a code (RFC 6238), one step early or late; null for a wrong one and for one of `lastStep` or before. */
export async function stepOf(secret: string, code: string, at: Date, lastStep: number | null): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(at.getTime() / 1000);
  const result = await verify({
    secret,
    token: code,
    epoch,
    epochTolerance: SECONDS,
    ...(lastStep !== null && { afterTimeStep: lastStep }),
  });
  return result.valid ? Math.floor(epoch / SECONDS) + result.delta : null;
}

/** Codes for the day on which the telephone is lost; shown once, kept as hashes. */
export function newRecoveryCodes(randomBytes: (size: number) => Buffer): { codes: string[]; hashes: Buffer[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    toBase32(randomBytes(RECOVERY_BYTES)).replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
  return { codes, hashes: codes.map(hashOfCode) };
}

function hashOfCode(code: string): Buffer {
  return createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''))
    .digest();
}

/** Whether a code opens: six digits of the app, or a recovery code, each of them once; used with what the transaction does. */
export async function isCode(
  { vault, now }: Pick<Dependencies, 'vault' | 'now'>,
  tx: Tx,
  userId: string,
  given: string,
): Promise<boolean> {
  const code = given.replaceAll(/\s/g, '');
  const factor = await readSecondFactor(tx, userId);
  if (!factor.isConfirmed || factor.secret === null) return false;
  if (!/^\d{6}$/.test(code)) return useRecoveryCode(tx, userId, hashOfCode(code));
  const secret = vault.decrypt(factor.secret, { tenantId: tx.tenantId, column: SECRET_COLUMN }).toString();
  const step = await stepOf(secret, code, now(), factor.lastStep);
  return step !== null && (await useStep(tx, userId, step));
}
