import type { Readable } from 'node:stream';
import { z } from 'zod';
import { canonicalAddress, canonicalDomain } from '../domain/address.ts';

/** An instant leaves as RFC 3339 text in UTC; the database hands it over as a Date. */
export const Instant: z.ZodType<string, Date | string> = z.preprocess(
  (at) => (at instanceof Date ? at.toISOString() : at),
  z.iso.datetime(),
);

export const Id = z.uuid();

/** Number of a version; PostgreSQL's integers end where this does. */
export const VersionNumber = z.int().min(1).max(2_147_483_647);
/** The same in an address, where everything is text. */
export const VersionText = z.coerce.number().pipe(VersionNumber).meta({ type: 'integer', minimum: 1, maximum: 2_147_483_647 });

/** A reply without a body. */
export const Nothing = z.undefined();

/** A reply that is a file: streamed as it comes, never held whole. */
export const File = z.custom<Readable | string>().meta({ type: 'string', format: 'binary' });

/** An e-mail address as somebody types it; the handler gets the canonical form. */
export const EmailAddress = z
  .string()
  .max(320)
  .transform((text, context) => {
    const address = canonicalAddress(text);
    if (address.ok) return address.canonical;
    context.issues.push({ code: 'custom', input: text, message: `This is no e-mail address: ${address.reason}.` });
    return z.NEVER;
  })
  .meta({ type: 'string', format: 'email', maxLength: 320 });

/** What becomes part of a header of a message: no line break or other control character, of whatever script. */
const oneLine = (most: number, what = 'A name') =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, `${what} is one line.`);
const asOneLine = { pattern: String.raw`^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$` }; // in words that every reader of the document knows

/** From whom a message is said to come. */
export const SenderName = oneLine(200).meta(asOneLine);

export const SubjectLine = oneLine(200, 'A subject').meta(asOneLine);

/** What a letter of ours will say: one line, and no address of the web in it, or we would carry other people's advertisements. */
const inLetters = (most: number) =>
  oneLine(most)
    .refine((name) => !/:\/\/|www\.|\.[a-z]{2,}\//i.test(name), 'A name holds no link.')
    .meta(asOneLine);
export const PersonName = inLetters(100);
export const WorkspaceName = inLetters(200);

/** A domain, in canonical form for the handler. */
export const Domain = z
  .string()
  .max(253)
  .transform((text, context) => {
    const domain = canonicalDomain(text.trim());
    if (domain !== null) return domain;
    context.issues.push({ code: 'custom', input: text, message: 'This is no domain.' });
    return z.NEVER;
  })
  .meta({ type: 'string', maxLength: 253 });

/** A time zone by its IANA name. */
export const Zone = z.string().max(60).refine(isZone, 'This is no IANA time zone.');

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
