import { createServer } from 'node:net';

/** A loopback port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Throws one clear line when `port` is taken; `setting` names what the reader can change. */
export async function requireFree(port: number, setting: string): Promise<void> {
  await listenOnce(port).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be opened (${error.code})`;
    throw new Error(`Port ${port} ${why}: stop that program, or choose another port with ${setting}.`);
  });
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.'))));
    });
  });
}
