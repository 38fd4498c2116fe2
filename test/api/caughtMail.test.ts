import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { startCatcher } from '../../scripts/services/catcher.ts';
import { serve } from './serve.ts';

test('caught mail is read through the API, page by page, by whoever is signed in', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'caught-'));
  const catcher = await startCatcher({ dir });
  const api = await serve({ catcherUrl: `http://127.0.0.1:${catcher.httpPort}` });
  const { rep } = await api.workspace();
  const transport = createTransport({ host: '127.0.0.1', port: catcher.smtpPort, ignoreTLS: true });
  for (const subject of ['one', 'two', 'three']) {
    await transport.sendMail({
      from: 'a@acme.example',
      to: 'b@b.example',
      subject,
      text: `Text of ${subject}`,
      html: `<p>${subject}</p>`,
    });
  }
  transport.close();
  type Page = { items: { id: string; subject: string; to: string }[]; next: string | null };
  const first = (await rep.get('/v1/caught-mail?limit=2')).body as Page;
  expect(first.items).toMatchObject([{ subject: 'three', to: 'b@b.example' }, { subject: 'two' }]);
  const second = (await rep.get(`/v1/caught-mail?limit=2&cursor=${first.next}`)).body as Page;
  expect(second).toMatchObject({ items: [{ subject: 'one' }], next: null });
  expect((await rep.get(`/v1/caught-mail/${second.items[0]?.id}`)).body).toMatchObject({
    text: 'Text of one',
    html: '<p>one</p>',
  });
  expect((await rep.get('/v1/caught-mail/000000000099')).status).toBe(404);
  await api.close();
  await catcher.stop();
  rmSync(dir, { recursive: true });
});

test('where mail really leaves there is none', async () => {
  const api = await serve();
  const { rep } = await api.workspace();
  expect((await rep.get('/v1/caught-mail')).status).toBe(404);
  await api.close();
});
