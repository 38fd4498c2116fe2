import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { createTemplates } from '../../providers/templates.ts';
import { writeWords } from '../../providers/outreachWords.ts';
import { words } from '../outreach.ts';
import type { World } from '../world.ts';
import { lastAccepted, secondsBetween, watch } from './sending.ts';

const connections = 10;
/** Messages that the library has before it at a time: its pool never waits for us. */
const ahead = 4 * connections;
let key: string | undefined;

/** E-mails a second of nodemailer's pool as its documentation shows it, into the same mail server: no record, no check, no gate, the words written before. */
export async function bareMail(world: World, emails: number): Promise<number> {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const link = 'https://127.0.0.1/u/token';
  const { subject, text, html } = writeWords(createTemplates(), [words], words, {
    contact: {
      email: 'zoe@company.example',
      firstName: 'Zoë',
      lastName: '',
      title: '',
      phone: '',
      company: 'Company',
      industry: '',
      city: '',
      state: 'ID',
      extra: {},
    },
    sender: { name: 'Rae Rep', signature: 'Rae' },
    tenant: { postalAddress: '1 Main Street, Springfield, IL 62701', unsubscribeText: 'Unsubscribe here', adLabel: null },
    unsubscribeUrl: link,
  });
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: world.sink.port,
    ignoreTLS: true,
    maxConnections: connections,
    maxMessages: Infinity,
    dkim: { domainName: 'acme.example', keySelector: 'd1', privateKey: key },
  });
  const watched = await watch(world);
  const startedAtNs = process.hrtime.bigint();
  let next = 0;
  async function send(): Promise<void> {
    while (next < emails) {
      const n = next;
      next += 1;
      await transport.sendMail({
        from: { name: 'Rae Rep', address: 'rae@acme.example' },
        to: { name: 'Zoë', address: `person${n}@company.example` },
        subject,
        text,
        html,
        list: { unsubscribe: [[`${link}${n}`, 'mailto:unsubscribe@acme.example']] },
        headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      });
    }
  }
  await Promise.all(Array.from({ length: ahead }, send));
  transport.close();
  const records = await watched.records();
  if (records.length !== emails) throw new Error(`${emails} messages were to come; ${records.length} came.`);
  return emails / secondsBetween(startedAtNs, lastAccepted(records));
}
