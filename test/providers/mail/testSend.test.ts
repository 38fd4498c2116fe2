import { compose, messageBytes } from '../../../providers/mail/compose.ts';
import { testSend } from '../../../providers/mail/testSend.ts';
import { type Client, scriptedSmtp } from '../../doubles/scriptedSmtp.ts';

const bytes = messageBytes(
  compose({
    from: { address: 'rae@acme.example' },
    to: { address: 'rae@acme.example' },
    subject: 'Prüfung',
    sentAt: new Date(0),
    messageId: '<1@acme.example>',
    text: '.dot\n',
  }),
);
const envelope = { from: 'rae@acme.example', to: 'rae@acme.example' };
const limits = { connectMs: 500, answerMs: 500, messageMs: 500 };

async function sendTo(script: (client: Client) => Promise<void>) {
  const { port, stop } = await scriptedSmtp(script);
  const result = await testSend({ host: '127.0.0.1', port, secure: 'none', clientName: 'here', limits }, envelope, bytes);
  await stop();
  return result;
}

async function upToRcpt(client: Client): Promise<void> {
  client.say('220 ready');
  for (let answered = 0; answered < 2; answered += 1) {
    await client.line();
    client.say('250 ok');
  }
  await client.line();
}

test('the composed bytes arrive unchanged through another client', async () => {
  let received: string | null = null;
  const result = await sendTo(async (client) => {
    await upToRcpt(client);
    client.say('250 ok');
    await client.line();
    client.say('354 go');
    received = await client.message();
    client.say('250 2.0.0 queued as 7');
  });
  expect(result).toEqual({ accepted: true, response: '250 2.0.0 queued as 7' });
  expect(received).toBe(bytes.toString().replace('\r\n.dot', '\r\n..dot').slice(0, -2));
});

test('a refusal and a silence are told', async () => {
  const refused = await sendTo(async (client) => {
    await upToRcpt(client);
    client.say('550 5.1.1 no such user');
  });
  expect(refused).toMatchObject({ accepted: false, reason: expect.stringContaining('550 5.1.1 no such user') });
  expect(await sendTo(async () => undefined)).toMatchObject({ accepted: false });
});
