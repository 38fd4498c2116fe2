import type { MailboxSettings } from '../../db/messages.ts';
import type { SmtpServer } from '../../providers/mail/smtpConnect.ts';
import type { Vault } from '../../providers/vault.ts';

/** The mailbox's mail server, with its password opened. */
export function serverOf(vault: Vault, tenantId: string, settings: MailboxSettings): SmtpServer {
  const { smtpSecret } = settings;
  return {
    host: settings.smtpHost,
    port: settings.smtpPort,
    secure: settings.smtpSecurity,
    username: settings.smtpUser ?? undefined,
    password:
      smtpSecret === null ? undefined : vault.decrypt(smtpSecret, { tenantId, column: 'mailboxes.smtp_secret' }).toString(),
    clientName: settings.dkimDomain,
  };
}
