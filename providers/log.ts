import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log of one process. Of an error it keeps name, message, code and stack: a database error's other fields quote whole rows, and
 * logs carry ids and instants, never personal data. A mail server's answer or a library's message may quote an address all the same, so
 * every line is looked through on its way out.
 */
export function processLog(process: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { process },
      serializers: { err: (error: unknown) => described(error) },
      hooks: { streamWrite: withoutAddresses },
    },
    ...(destination ? [destination] : []),
  );
}

const email = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const phone = /\+\d[\d ().-]{7,18}\d/g;
const network6 =
  /(?<![\w:])(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6}::(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?|[\da-f]{1,4}(?::[\da-f]{1,4}){7})(?![\w:])/gi;
const network = /(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g; // one's own machine is nobody

/** The text with each e-mail address, phone number and network address of somebody else taken out. */
export function withoutAddresses(text: string): string {
  return text.replace(email, '<address>').replace(phone, '<number>').replace(network, '<network>').replace(network6, '<network>');
}

function described(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message, code, stack, ...(error.cause === undefined ? {} : { cause: described(error.cause) }) };
}
