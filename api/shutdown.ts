import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Takes no new connection, lets requests that are being answered end, and waits for them at most `graceMs`: whoever stops a process kills
 * it in the end. Idle connections would keep it for minutes, and those in use are closed behind their answer.
 */
export async function closeGracefully(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.prependListener('request', (_request, response) => void (response.shouldKeepAlive = false));
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
