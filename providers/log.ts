import { type Logger, pino } from 'pino';

/**
 * The log of one process. Of an error it keeps name, message, code and stack: a database error's other fields quote whole rows, and
 * logs carry ids and instants, never personal data.
 */
export function processLog(process: string, level: string): Logger {
  return pino({
    level,
    base: { process },
    serializers: { err: (error: unknown) => described(error) },
  });
}

function described(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message, code, stack, ...(error.cause === undefined ? {} : { cause: described(error.cause) }) };
}
