import { nodemailerTransport } from './nodemailerTransport.ts';
import type { SmtpServer } from './smtpConnect.ts';

export type TestSendResult =
  | { readonly accepted: true; readonly response: string }
  | { readonly accepted: false; readonly reason: string };

/**
 * One message by nodemailer, a client not ours: for the rep's test send to oneself and for the check of a mailbox that is added.
 * What goes wrong here and right in smtpLane.ts, or the reverse, shows where a mistake is.
 */
export async function testSend(
  server: SmtpServer,
  envelope: { from: string; to: string },
  message: Buffer,
): Promise<TestSendResult> {
  const transport = nodemailerTransport(server);
  try {
    const { response } = await transport.sendMail({ envelope, raw: message });
    return { accepted: true, response };
  } catch (error) {
    return { accepted: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    transport.close();
  }
}
