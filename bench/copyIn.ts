import type { Client, Connection, Submittable } from 'pg';

/** What pg's connection can do and its types do not tell. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** `copy … from stdin`, fed piece by piece; answers when PostgreSQL has it all. */
export function copyIn(client: Client, sql: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    // The methods that pg's client calls on the query that it has sent.
    const copy: Submittable & Record<`handle${string}`, (argument: never) => void> = {
      submit: (connection) => connection.query(sql),
      handleCopyInResponse: (connection: CopyConnection) => {
        feed(connection, chunks).catch((error: unknown) => connection.sendCopyFail(String(error)));
      },
      handleCommandComplete: () => undefined,
      handleError: (error: Error) => {
        failure = error;
        reject(error);
      },
      handleReadyForQuery: () => failure ?? resolve(),
    };
    client.query(copy);
  });
}

async function feed(connection: CopyConnection, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    connection.sendCopyFromChunk(chunk);
    if (connection.stream.writableNeedDrain) await new Promise((resolve) => connection.stream.once('drain', resolve));
  }
  connection.endCopyFrom();
}
