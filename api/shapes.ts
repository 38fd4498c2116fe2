import type { Readable } from 'node:stream';
import { z } from 'zod';

/** An instant leaves as RFC 3339 text in UTC; the database hands it over as a Date. */
export const Instant = z
  .union([z.date(), z.iso.datetime()])
  .transform((at) => (at instanceof Date ? at.toISOString() : at))
  .meta({ type: 'string', format: 'date-time' });

export const Id = z.uuid();

/** A reply without a body. */
export const Nothing = z.undefined();

/** A reply that is a file: streamed as it comes, never held whole. */
export const File = z.custom<Readable | string>().meta({ type: 'string', format: 'binary' });
