import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export interface Patience {
  /** For the whole head of a request. */
  headMs: number;
  /** For a body however small, the rest comes at `bytesPerSecond` at least. */
  bodyMs: number;
  bytesPerSecond: number;
}

/** A body of JSON has half a minute; the largest upload, over the slowest line that we wait for, a day. */
const usual: Patience = { headMs: 15_000, bodyMs: 30_000, bytesPerSecond: 16 * 1024 };

/** How often Node looks for late heads: an option of `createServer`, where the limit itself is a property. */
export const headsLookedAt = { connectionsCheckingInterval: 5_000 };

interface Arriving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bytesBefore: number;
  waitedMs: number;
}

/**
 * Ends requests that trickle in, so that nobody holds connections for little. Node's own limit is for the whole request: five minutes,
 * which is too long for a log-in and too short for a gigabyte. Here a body is waited for as long as it comes at a fair pace.
 */
export function patient<S extends Server>(server: S, { headMs, bodyMs, bytesPerSecond }: Patience = usual): S {
  const arriving = new Set<Arriving>();
  const everyMs = bodyMs / 10;
  server.headersTimeout = headMs;
  server.requestTimeout = 0;
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const one = { request, response, bytesBefore: request.socket.bytesRead, waitedMs: 0 };
    arriving.add(one);
    request.once('close', () => arriving.delete(one));
  });
  const look = setInterval(() => {
    for (const one of arriving) {
      if (one.request.complete) arriving.delete(one);
      else if (isTooSlow(one)) refuse(one);
    }
  }, everyMs);
  look.unref();
  server.once('close', () => clearInterval(look));
  return server;

  /** Counts only the time in which there was nothing to read: where we are the slow ones, nobody is refused for it. */
  function isTooSlow(one: Arriving): boolean {
    const { request, bytesBefore } = one;
    if (request.readableLength === 0) one.waitedMs += everyMs;
    return one.waitedMs > bodyMs + ((request.socket.bytesRead - bytesBefore) / bytesPerSecond) * 1000;
  }
}

/** As Node answers what is late (RFC 9110, 15.5.9). */
function refuse({ request: { socket }, response }: Arriving): void {
  if (response.headersSent) socket.destroy();
  else socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  socket.destroySoon();
}
