import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

// Cells that several tables share.

/** An empty cell: the law says nothing here. */
export const blank = z.literal('').transform(() => null);

export const stateCode = z.string().regex(/^[A-Z]{2}$/, 'a state is two capital letters');

export const isoDate = z.iso.date();

export const wholeNumber = z
  .string()
  .regex(/^\d+$/, 'a whole number')
  .transform((text) => Number(text));

export const yesNo = z.enum(['yes', 'no']).transform((text) => text === 'yes');

export const zoneName = z.string().refine(isZone, 'no such IANA zone');

/** The parts of a cell, split at `;`. */
export const list = z
  .string()
  .min(1)
  .transform((text) => text.split(';').map((part) => part.trim()));

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
