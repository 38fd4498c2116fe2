import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { suppress } from '../db/suppressions.ts';
import { findTenantName } from '../db/tenants.ts';
import { optOutDeadline } from '../law/optOut.ts';
import { type LinkClaims, readLink } from '../providers/linkToken.ts';
import type { Dependencies } from './dependencies.ts';
import { html, type Markup, page } from './html.ts';

const MOST_BYTES = 64 * 1024;
/** The token in previews and test sends, which are nobody's messages. */
export const PREVIEW = 'preview';

/**
 * The links in every message (P11; RFC 8058). Reading changes nothing, because link scanners read. A POST suppresses, and 200 is answered
 * only when no message to that person can begin any more. The token holds all that is needed, so it works without a tenant, too.
 */
export function unsubscribePages(deps: Dependencies): express.Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/:token', (request, response) => confirm(deps, request.params.token, response));
  router.post('/:token', (request, response) => stop(deps, request.params.token, request, response));
  router.all('/:token', (_request, response) => void response.status(405).set('Allow', 'GET, HEAD, POST').end());
  router.use(failed(deps));
  return router;
}

async function confirm(deps: Dependencies, token: string, response: Response): Promise<void> {
  const claims = readLink(deps.linkKeys, token);
  if (claims) response.type('html').send(confirming(await senderOf(deps, claims)));
  else if (token === PREVIEW) response.type('html').send(example);
  else refuse(response);
}

async function stop(deps: Dependencies, token: string, request: Request, response: Response): Promise<void> {
  const claims = readLink(deps.linkKeys, token);
  if (!claims) return refuse(response);
  const scope = scopeIn(request.get('content-type') ?? '', await firstBytes(request));
  const [{ cancelled }, sender] = await Promise.all([
    suppress(deps.stops, claims.tenantId, {
      subjects: [{ hash: claims.addressHash, kind: 'address' }],
      channel: 'email',
      ...(scope === 'sequence' && { scopeId: claims.sequenceId }),
      basis: scope === null ? 'one_click' : 'page',
      enrolmentId: claims.enrolmentId,
      deadline: optOutDeadline,
    }),
    senderOf(deps, claims),
  ]);
  response.type('html').send(done(scope, cancelled.sends, sender));
}

type Scope = 'everything' | 'sequence';

/**
 * What the page's form asks for; null for anything else, which is one click: RFC 8058 has urlencoded and multipart bodies, senders vary,
 * and whoever posts to the link wants to be left alone, whatever the body says.
 */
function scopeIn(contentType: string, body: string): Scope | null {
  const asked = /^multipart\/form-data/i.test(contentType)
    ? /name="?scope"?[^\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([a-z]+)/i.exec(body)?.[1]
    : new URLSearchParams(body).get('scope');
  return asked === 'everything' || asked === 'sequence' ? asked : null;
}

/** A body that is longer than a form's is read to its end and not kept: it must not keep the opt-out from being taken. */
async function firstBytes(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (size < MOST_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('latin1');
}

/** The sender's name, or a general word once the tenant is gone. */
async function senderOf({ stops }: Dependencies, { tenantId }: LinkClaims): Promise<string> {
  return (await stops.inTenant(tenantId, findTenantName)) ?? 'this sender';
}

function confirming(sender: string): string {
  return page(
    'Unsubscribe',
    html`<h1>Stop e-mails from ${sender}?</h1>
      <form method="post">
        <input type="hidden" name="scope" value="everything" />
        <button type="submit">Unsubscribe from everything</button>
      </form>
      <form method="post">
        <input type="hidden" name="scope" value="sequence" />
        <button type="submit">Only from this series of messages</button>
      </form>
      <p class="small">It takes effect at once. Nothing has been changed by opening this page.</p>`,
  );
}

const example = page(
  'Preview',
  html`<h1>A preview has nobody to unsubscribe</h1><p>In a real message this link leads to the page on which people stop your e-mails.</p>`,
);

function done(scope: Scope | null, cancelledSends: number, sender: string): string {
  const what: Markup =
    scope === 'sequence'
      ? html`You will get no more messages of this series from ${sender}.`
      : html`You will get no more commercial e-mails from ${sender}.`;
  const waiting =
    cancelledSends === 1
      ? 'One message that was waiting has been cancelled.'
      : `${cancelledSends} messages that were waiting have been cancelled.`;
  return page(
    'Unsubscribed',
    html`<h1>Done</h1>
      <p>${what} ${cancelledSends > 0 ? waiting : ''}</p>
      <p class="small">A message that had left before may still be on its way through the mail servers.</p>
      ${scope === 'sequence' ? html`<form method="post"><input type="hidden" name="scope" value="everything" /><button type="submit">Unsubscribe from everything</button></form>` : ''}`,
  );
}

function refuse(response: Response): void {
  const body = html`<h1>This link is not complete</h1>
    <p>It may have been cut by a mail program. Open the link in the message again, or answer the message with the word "unsubscribe": that counts as well.</p>`;
  response.status(404).type('html').send(page('Link not complete', body));
}

/** A person reads this, so it is a page; a mail program sees the status and tries again. */
function failed({ log }: Dependencies): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    log.error({ err: error }, 'an opt-out could not be taken');
    const body = html`<h1>That did not work</h1>
      <p>Your wish could not be saved just now. Please open the link again in a minute, or answer the message with the word "unsubscribe".</p>`;
    response.status(500).type('html').send(page('Try again', body));
  };
}
