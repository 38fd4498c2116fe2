import { z } from 'zod';
import { wakeErasures } from '../../db/erasure/erasures.ts';
import { wakeBilling } from '../../db/billing/wake.ts';
import { wakeHeld } from '../../db/deletion/asking.ts';
import { findHold, holdKinds, listHolds, placeHold, releaseHold } from '../../db/legalHolds.ts';
import type { Tx } from '../../db/transaction.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Reason = z.string().trim().min(1).max(2000);
const Contacts = z.array(Id).max(1000);

const LegalHold = z
  .object({
    id: Id,
    kind: z.enum(holdKinds),
    matter: z.string().meta({ description: 'Name of the proceeding; empty where the kind is another.' }),
    reason: z.string(),
    contactIds: z.array(Id),
    placedBy: Id,
    placedAt: Instant,
    releasedBy: Id.nullable(),
    releasedAt: Instant.nullable().meta({ description: 'Null: it is in force.' }),
    releaseReason: z.string().nullable(),
  })
  .meta({ id: 'LegalHold' });

const NewHold = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('account'), reason: Reason }),
  z.strictObject({ kind: z.literal('contact'), reason: Reason, contactIds: Contacts.min(1) }),
  z.strictObject({
    kind: z.literal('matter'),
    reason: Reason,
    matter: z.string().trim().min(1).max(200),
    contactIds: Contacts.min(1),
  }),
]);

const list = route({
  method: 'get',
  path: '/legal-holds',
  action: 'holds.read',
  tag: 'Legal holds',
  summary: 'Legal holds, those in force first',
  query: Paging,
  reply: { status: 200, schema: pageOf(LegalHold) },
  async handle({ who, db, query }) {
    const keys = keysAfter(query.cursor, 3);
    const [isReleased, placedAt = '', id = ''] = keys ?? [];
    const after = keys === undefined ? null : { isReleased: isReleased === 'true', placedAt, id };
    const rows = await db.inTenant(who.tenantId, (tx) => listHolds(tx, { after, rows: query.limit + 1 }));
    return cutPage(rows, query.limit, (hold) => [String(hold.releasedAt !== null), hold.placedKey, hold.id]);
  },
});

const place = route({
  method: 'post',
  path: '/legal-holds',
  action: 'holds.write',
  tag: 'Legal holds',
  summary:
    'Hold the account, people, or the people of a matter: nothing of theirs is erased until the release, whatever is due (P7)',
  body: NewHold,
  reply: { status: 201, schema: LegalHold },
  errors: ['not-found'],
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const contactIds = body.kind === 'account' ? [] : body.contactIds;
      const matter = body.kind === 'matter' ? body.matter : '';
      const id = await placeHold(tx, { kind: body.kind, matter, reason: body.reason, contactIds }, who.userId);
      await mustKnow(tx, contactIds); // not before it is placed: that waits for an erasure, which may be theirs
      return mustFind(tx, id);
    }),
});

const release = route({
  method: 'post',
  path: '/legal-holds/{legalHoldId}/release',
  action: 'holds.write',
  tag: 'Legal holds',
  summary: 'Release a hold, with the reason: what is due by now is done at once',
  params: z.object({ legalHoldId: Id }),
  body: z.strictObject({ reason: Reason }),
  reply: { status: 200, schema: LegalHold },
  errors: ['not-found', 'conflict'],
  handle: ({ who, db, params: { legalHoldId }, body: { reason } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustFind(tx, legalHoldId);
      const isReleased = await releaseHold(tx, legalHoldId, reason, who.userId);
      if (!isReleased) throw new Problem('conflict', 'This hold was released before.');
      await wakeHeld(tx);
      await wakeBilling(tx);
      await wakeErasures(tx);
      return mustFind(tx, legalHoldId);
    }),
});

export const legalHoldRoutes = [list, place, release];

async function mustFind(tx: Tx, holdId: string) {
  const hold = await findHold(tx, holdId);
  if (!hold) throw new Problem('not-found', 'There is no such hold in this workspace.');
  return hold;
}

/** A hold of nobody would promise what it does not keep. */
async function mustKnow(tx: Tx, contactIds: readonly string[]): Promise<void> {
  const { missing } = await tx.row<{ missing: number }>(
    `select count(*) as missing from unnest($1::uuid[]) as asked(id) where not exists (select from contacts c where c.id = asked.id)`,
    [contactIds],
  );
  if (missing > 0) throw new Problem('not-found', `${missing} of the contacts are not in this workspace.`);
}
