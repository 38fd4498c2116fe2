import type { OutboundGuard } from '../outboundGuard.ts';
import { connectSmtp, SmtpConnectFailed, type SmtpServer } from './smtpConnect.ts';
import type { SmtpLane } from './smtpLane.ts';

/** The server with the address that was checked, which is connected to whatever its name means a moment later. */
export async function guardedServer(guard: OutboundGuard, server: SmtpServer): Promise<SmtpServer> {
  try {
    return { ...server, address: await guard.addressOf(server.host) };
  } catch (error) {
    throw new SmtpConnectFailed(error instanceof Error ? error.message : String(error), 'connect', null, error);
  }
}

/** For a pool of lanes: each connection is checked anew. */
export function guardedConnect(guard: OutboundGuard): (server: SmtpServer) => Promise<SmtpLane> {
  return async (server) => connectSmtp(await guardedServer(guard, server));
}
