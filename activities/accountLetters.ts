import { Context } from '@temporalio/activity';
import { forgetLetter, lookAtLetter, markLetterSent } from '../db/accountLetters.ts';
import type { Database } from '../db/transaction.ts';
import { signLetter } from '../providers/letterToken.ts';
import type { LinkKeys } from '../providers/linkToken.ts';
import { letterWords } from '../providers/mail/letterWords.ts';
import { sendSystemMail, type SystemMail } from '../providers/mail/systemMail.ts';

export interface LetterDependencies {
  db: Database;
  /** Absent where the operator has named no mailbox: letters then wait in the record, and expire there. */
  letters?: { mail: SystemMail; linkKeys: LinkKeys; publicUrl: string } | undefined;
  /** For the Date header. */
  now(): Date;
}

/** What a letter's workflow asks of the world. */
export function accountLetterActivities({ db, letters, now }: LetterDependencies) {
  return {
    /** Sends the letter when it is due, at least once; answers the real milliseconds until it is to be forgotten, null when it is gone. */
    async sendLetter(tenantId: string, letterId: string): Promise<number | null> {
      const look = await db.inTenant(tenantId, (tx) => lookAtLetter(tx, letterId));
      if (!look || look.waitMs === 0) return null;
      if (!look.due) return look.waitMs;
      if (!letters) throw new Error('Set SYSTEM_SMTP_URL and SYSTEM_MAIL_FROM: letters to users have no mailbox to leave from.');
      const { mail, linkKeys, publicUrl } = letters;
      const { id, address, kind, workspace, byName, role } = look.due;
      const token = signLetter(linkKeys, { tenantId, letterId });
      const words = letterWords({ kind, workspace, byName, role, publicUrl, token });
      const refused = await sendSystemMail(mail, { id, to: address, ...words, sentAt: now() }).then(() => null, codeOf);
      if (refused !== null) {
        Context.current().log.warn('a letter could not be sent', { letterId, refused });
        throw new Error(`The mail server did not take the letter (${refused}).`);
      }
      await db.inTenant(tenantId, (tx) => markLetterSent(tx, letterId));
      return look.waitMs;
    },

    /** Deletes it, sent or not: links are dead by then, and whoever never came back has left nothing here. */
    forgetLetter: (tenantId: string, letterId: string): Promise<void> =>
      db.inTenant(tenantId, (tx) => forgetLetter(tx, letterId)),
  };
}
export type AccountLetterActivities = ReturnType<typeof accountLetterActivities>;

/** The server's words may hold the address, and no history may: the code alone says enough. */
function codeOf(error: unknown): string {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  return String(responseCode ?? code ?? 'no answer');
}
