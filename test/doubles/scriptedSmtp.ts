import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The server's side of one conversation, as a test writes it down. */
export interface Client {
  readonly socket: Socket;
  say(text: string): void;
  /** The next line without its end; null when the client has gone. */
  line(): Promise<string | null>;
  /** Everything up to the final dot, as it came. */
  message(): Promise<string | null>;
  /** Everything received so far that nobody has taken. */
  rest(): string;
}

/** A mail server that says exactly what the test wants, line by line. */
export async function scriptedSmtp(script: (client: Client) => Promise<void>): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const failures: unknown[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()); // the client tears connections down on purpose
    script(clientOf(socket)).catch((error: unknown) => failures.push(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      if (failures.length > 0) throw failures[0];
    },
  };
}

function clientOf(socket: Socket): Client {
  let held = '';
  let changed = (): void => undefined;
  socket.on('data', (chunk) => {
    held += chunk.toString();
    changed();
  });
  socket.on('close', () => changed());

  async function upTo(end: string): Promise<string | null> {
    for (;;) {
      const index = held.indexOf(end);
      if (index >= 0) {
        const taken = held.slice(0, index);
        held = held.slice(index + end.length);
        return taken;
      }
      if (socket.destroyed) return null;
      await new Promise<void>((resolve) => (changed = resolve));
    }
  }

  return {
    socket,
    say: (text) => void socket.write(`${text}\r\n`),
    line: () => upTo('\r\n'),
    message: () => upTo('\r\n.\r\n'),
    rest: () => held,
  };
}
