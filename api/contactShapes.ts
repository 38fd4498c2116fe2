import { z } from 'zod';
import type { ContactFilter, Identity } from '../db/contacts.ts';
import { canonicalAddress, companyKey } from '../domain/address.ts';
import { neverCollected } from '../domain/neverCollected.ts';
import { addressHasher } from '../providers/keyedHash.ts';
import { Id, Instant, Zone } from './shapes.ts';

/** Text that somebody types about a person. What is never collected is not taken here either (P2). */
function text(longest: number) {
  return z
    .string()
    .max(longest)
    .refine(holdsNothingForbidden, 'Social Security, driver’s licence and card numbers are never kept here.');
}
const line = text(250);

function holdsNothingForbidden(given: string): boolean {
  return neverCollected(given) === null;
}

/** As it is typed; the canonical form is a matter of the record. */
const TypedEmail = z
  .string()
  .max(320)
  .refine((given) => canonicalAddress(given).ok, 'This is no e-mail address.')
  .meta({ format: 'email' });

const TypedPhone = z
  .string()
  .max(250)
  .regex(/\p{Nd}/u, 'A phone has a digit.')
  .refine((given) => neverCollected(given, { isPhone: true }) === null, 'This is no phone.');

export const Tag = z.string().trim().min(1).max(60);

export const contactFields = {
  email: TypedEmail.nullable(),
  phone: TypedPhone.nullable(),
  firstName: line,
  lastName: line,
  title: line,
  companyId: Id.nullable(),
  companyName: line,
  industry: line,
  companyAbout: text(10_000),
  city: line,
  state: line,
  postalCode: line,
  country: line,
  zone: Zone.nullable(),
  ownerId: Id.nullable(),
  tags: z.array(Tag).max(100),
  extra: z.record(line, text(10_000)),
};

export const Contact = z
  .object({
    id: Id,
    email: z.string().nullable(),
    phone: z.string().nullable(),
    firstName: z.string(),
    lastName: z.string(),
    title: z.string(),
    companyId: Id.nullable(),
    companyName: z.string(),
    industry: z.string(),
    companyAbout: z.string(),
    city: z.string(),
    state: z.string(),
    postalCode: z.string(),
    country: z.string(),
    zone: z.string().nullable(),
    ownerId: Id.nullable(),
    tags: z.array(z.string()),
    extra: z.record(z.string(), z.string()).meta({ description: 'Further columns of an import, by heading; for templates.' }),
    suppressed: z.boolean().meta({ description: 'Has opted out of everything that the workspace sends.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Contact' });

/** Which contacts are meant, in a query or as the filter of a list. */
export const Filter = z.object({
  search: z.string().max(320).optional().meta({ description: 'Words in name, address or company; or a whole address.' }),
  tag: Tag.optional(),
  state: z.string().max(250).optional().meta({ description: 'Postal code or name.' }),
  ownerId: Id.optional(),
  companyId: Id.optional(),
  listId: Id.optional(),
  importId: Id.optional(),
}) satisfies z.ZodType<ContactFilter>;

/** Canonical form and keyed hashes of an address that was typed; null for none. */
export function identityOf(key: Buffer, tenantId: string, email: string | null | undefined): Identity | null {
  const address = canonicalAddress(email ?? '');
  if (!address.ok) return null;
  const hash = addressHasher(key, tenantId);
  return {
    canonicalEmail: address.canonical,
    addressHash: hash(address.canonical),
    domainHash: hash(`@${address.domain}`),
    companyKey: companyKey(address.domain),
  };
}
