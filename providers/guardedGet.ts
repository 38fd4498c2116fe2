import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { type OutboundGuard, OutboundRefused } from './outboundGuard.ts';

const mostRedirects = 5;
/** A server that says nothing for so long is given up. */
const silentMs = 30_000;

/** An answer that is no use, by its status alone: what a stranger's server writes may be anything. */
export class GetFailed extends Error {
  override readonly name = 'GetFailed';
}

export interface Got {
  /** Where it was found in the end. */
  url: URL;
  status: number;
  headers: IncomingMessage['headers'];
  body: IncomingMessage;
}

/**
 * Asks for an address that somebody has set. Each name is resolved, judged and connected to at the address that was judged, each redirect
 * anew; none leads from https to http, and credentials in the address go to its own origin alone. `body` must be read or destroyed.
 */
export async function guardedGet(
  guard: OutboundGuard,
  address: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Got> {
  let url = address;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const body = await ask(
      guard,
      url,
      url.origin === address.origin ? { ...authorization(address), ...headers } : headers,
      signal,
    );
    const { statusCode: status = 0, headers: said } = body;
    if (![301, 302, 303, 307, 308].includes(status) || said.location === undefined) return { url, status, headers: said, body };
    body.destroy();
    const next = new URL(said.location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new OutboundRefused(`${url.host} leads from https to ${next.protocol}`);
    url = next;
  }
  throw new GetFailed(`${address.host} redirects more than ${mostRedirects} times.`);
}

async function ask(
  guard: OutboundGuard,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new OutboundRefused(`${url.protocol} is no way to ask for a file.`);
  const address = await guard.addressOf(url.hostname);
  const family = isIPv6(address) ? 6 : 4;
  const lookup: LookupFunction = (_name, { all }, done) =>
    all ? done(null, [{ address, family }]) : done(null, address, family);
  const { hostname, port, pathname, search } = url;
  // A host that is an address is not looked up: it is the one that was judged, in its own spelling.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const over = url.protocol === 'https:' ? overHttps : overHttp;
    const asked = over({ host, port, path: `${pathname}${search}`, headers, lookup, signal, agent: false }, resolve);
    asked.setTimeout(silentMs, () => asked.destroy(new GetFailed(`${url.host} says nothing for ${silentMs / 1000} seconds.`)));
    asked.on('error', reject);
    asked.end();
  });
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
