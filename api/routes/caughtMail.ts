import { z } from 'zod';
import type { Dependencies } from '../dependencies.ts';
import { pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';

const CaughtMail = z
  .object({
    id: z.string(),
    caughtAt: z.string(),
    from: z.string(),
    to: z.string().meta({ description: 'Of the envelope: who would have got it.' }),
    subject: z.string(),
  })
  .meta({ id: 'CaughtMail' });

const CaughtMailDetail = CaughtMail.extend({
  headerTo: z.string(),
  replyTo: z.string(),
  date: z.string().nullable(),
  messageId: z.string().nullable(),
  inReplyTo: z.string().nullable(),
  headers: z.array(z.string()),
  text: z.string(),
  html: z.string().nullable(),
  attachments: z.array(z.object({ filename: z.string().nullable(), contentType: z.string(), size: z.int() })),
}).meta({ id: 'CaughtMailDetail' });

const list = route({
  method: 'get',
  path: '/caught-mail',
  action: 'caught-mail.read',
  tag: 'Caught mail',
  summary: 'E-mails that did not leave this machine, newest first; there are none where mail really leaves',
  query: Paging,
  reply: { status: 200, schema: pageOf(CaughtMail) },
  errors: ['not-found'],
  async handle({ query: { limit, cursor }, deps }) {
    const before = cursor === undefined ? '' : `&before=${encodeURIComponent(cursor)}`;
    const { messages } = z.object({ messages: z.array(CaughtMail) }).parse(await ask(deps, `/messages?limit=${limit}${before}`));
    return { items: messages, next: messages.length < limit ? null : (messages.at(-1)?.id ?? null) };
  },
});

const read = route({
  method: 'get',
  path: '/caught-mail/{messageId}',
  action: 'caught-mail.read',
  tag: 'Caught mail',
  summary: 'One caught e-mail, read as a mail program would',
  params: z.object({ messageId: z.string().regex(/^\d{12}$/) }),
  reply: { status: 200, schema: CaughtMailDetail },
  handle: async ({ params, deps }) => CaughtMailDetail.parse(await ask(deps, `/messages/${params.messageId}`)),
});

export const caughtMailRoutes = [list, read];

async function ask({ catcherUrl }: Dependencies, path: string): Promise<unknown> {
  if (catcherUrl === undefined) throw new Problem('not-found', 'Nothing catches mail here: it really leaves.');
  const response = await fetch(`${catcherUrl}${path}`);
  if (response.status === 404) throw new Problem('not-found', 'There is no such message; the oldest are forgotten.');
  if (!response.ok) throw new Error(`The mail catcher answered ${response.status}.`);
  return response.json();
}
