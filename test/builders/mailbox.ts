import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { addMailbox, type MailboxSettings } from '../../db/mailboxes.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Vault } from '../../providers/vault.ts';

/** Made once a process: a key pair takes longer than all the rest of a test. */
let dkimPem: string | undefined;
function dkimKey(): string {
  dkimPem ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return dkimPem;
}

/** A relay mailbox without cap, ramp or gap over a plain server on loopback, unless said otherwise. Answers its id. */
export async function newMailbox(
  tx: Tx,
  vault: Vault,
  { ownerId, ...facts }: Pick<MailboxSettings, 'ownerId'> & Partial<MailboxSettings>,
): Promise<string> {
  const address = facts.address ?? `rae-${randomUUID().slice(0, 8)}@acme.example`;
  const id = await addMailbox(tx, {
    ownerId,
    kind: 'relay',
    fromName: 'Rae Rep',
    address,
    smtpHost: '127.0.0.1',
    smtpPort: 25,
    smtpSecurity: 'none',
    smtpUser: null,
    smtpSecret: null,
    dkimDomain: 'acme.example',
    dkimSelector: 'd1',
    dkimSecret: vault.encrypt(dkimKey(), { tenantId: tx.tenantId, column: 'mailboxes.dkim_secret' }),
    cap: null,
    rampStart: null,
    rampStep: 2,
    gapSeconds: 0,
    jitterSeconds: 0,
    lanes: 1,
    connections: 1,
    ...facts,
  });
  if (!id) throw new Error(`The address ${address} is a mailbox already.`);
  return id;
}
