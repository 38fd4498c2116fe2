import { z } from 'zod';
import { listInvitations, withdrawInvitation, withdrawInvitationsTo, writeLetter } from '../../db/accountLetters.ts';
import { removeSecondFactor } from '../../db/secondFactor.ts';
import { endAccess, findLogin } from '../../db/sessions.ts';
import { changeUser, deactivateUser, findUser, isLastOwner, listUsers } from '../../db/users.ts';
import { limited } from '../limits.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { roles } from '../roles.ts';
import { route } from '../route.ts';
import { EmailAddress, Id, Instant, Nothing, PersonName, Zone } from '../shapes.ts';

const User = z
  .object({
    id: Id,
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    zone: z.string(),
    signature: z.string(),
    createdAt: Instant,
    deactivatedAt: Instant.nullable().meta({ description: 'Cannot log in since.' }),
    hasSecondFactor: z.boolean(),
  })
  .meta({ id: 'User' });

const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: z.enum(roles),
    invitedBy: z.string(),
    createdAt: Instant,
    sentAt: Instant.nullable(),
    expiresAt: Instant,
  })
  .meta({ id: 'Invitation' });

const Signature = z.string().max(5000);
const params = z.object({ userId: Id });
const gone = () => new Problem('not-found', 'There is no such user in this workspace.');

const list = route({
  method: 'get',
  path: '/users',
  action: 'users.read',
  tag: 'Users',
  summary: 'Users of the workspace, by address',
  query: Paging.extend({ search: z.string().max(200).default('') }),
  reply: { status: 200, schema: pageOf(User) },
  async handle({ who, db, query }) {
    const [after] = keysAfter(query.cursor, 1) ?? [];
    const page = { search: query.search, after: after ?? null, rows: query.limit + 1 };
    const users = await db.inTenant(who.tenantId, (tx) => listUsers(tx, page));
    return cutPage(users, query.limit, (user) => [user.email]);
  },
});

const invitations = route({
  method: 'get',
  path: '/invitations',
  action: 'users.read',
  tag: 'Users',
  summary: 'Invitations that nobody has accepted yet',
  reply: { status: 200, schema: z.object({ items: z.array(Invitation) }) },
  handle: ({ who, db }) => db.inTenant(who.tenantId, async (tx) => ({ items: await listInvitations(tx) })),
});

const invite = route({
  method: 'post',
  path: '/invitations',
  action: 'users.write',
  tag: 'Users',
  summary: 'Invite somebody: a letter with a link goes to the address; an earlier one to it ends',
  body: z.strictObject({ email: EmailAddress, role: z.enum(roles) }),
  reply: { status: 201, schema: z.object({ id: Id }).meta({ id: 'Invited' }) },
  errors: ['already-exists', 'too-many-requests'],
  async handle({ who, db, deps, body }) {
    await limited(deps, 'lettersTo', body.email);
    const login = await findLogin(db, body.email);
    // Whether the address is somebody's elsewhere is none of this workspace's business; there the letter's link says so.
    if (login?.tenantId === who.tenantId) throw new Problem('already-exists', 'This address is a user of the workspace already.');
    return db.inTenant(who.tenantId, async (tx) => {
      await withdrawInvitationsTo(tx, body.email);
      return { id: await writeLetter(tx, { kind: 'invitation', address: body.email, role: body.role, byUserId: who.userId }) };
    });
  },
});

const withdraw = route({
  method: 'delete',
  path: '/invitations/{invitationId}',
  action: 'users.write',
  tag: 'Users',
  summary: 'Take an invitation back: its link is dead',
  params: z.object({ invitationId: Id }),
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, params }) {
    const isWithdrawn = await db.inTenant(who.tenantId, (tx) => withdrawInvitation(tx, params.invitationId));
    if (!isWithdrawn) throw new Problem('not-found', 'There is no such open invitation.');
    return undefined;
  },
});

const read = route({
  method: 'get',
  path: '/users/{userId}',
  action: 'users.read',
  tag: 'Users',
  summary: 'One user',
  params,
  reply: { status: 200, schema: User },
  async handle({ who, db, params }) {
    const user = await db.inTenant(who.tenantId, (tx) => findUser(tx, params.userId));
    if (!user) throw gone();
    return user;
  },
});

const change = route({
  method: 'patch',
  path: '/users/{userId}',
  action: 'users.write',
  tag: 'Users',
  summary: 'Change a user; another role, and being deactivated, ends every session and token at once',
  params,
  body: z
    .strictObject({ name: PersonName, role: z.enum(roles), zone: Zone, signature: Signature, isDeactivated: z.boolean() })
    .partial(),
  reply: { status: 200, schema: User },
  errors: ['conflict'],
  async handle({ who, db, params, body }) {
    const { isDeactivated, ...rest } = body;
    const stepsDown = isDeactivated === true || (body.role !== undefined && body.role !== 'owner');
    return db.inTenant(who.tenantId, async (tx) => {
      if (stepsDown && (await isLastOwner(tx, params.userId)))
        throw new Problem('conflict', 'A workspace needs an owner: make somebody else one first.');
      const before = await findUser(tx, params.userId);
      if (!before) throw gone();
      if (isDeactivated !== undefined) await deactivateUser(tx, before.id, isDeactivated);
      const user = await changeUser(tx, before.id, rest);
      if (!user) throw gone();
      if (isDeactivated === true || before.role !== user.role) await endAccess(tx, user.id, null);
      return user;
    });
  },
});

const endSessions = route({
  method: 'delete',
  path: '/users/{userId}/sessions',
  action: 'users.write',
  tag: 'Users',
  summary: 'End every session and token of a user, who can log in again: for a machine that was lost (ASVS 7.4.5)',
  params,
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, params }) {
    await db.inTenant(who.tenantId, async (tx) => {
      const user = await findUser(tx, params.userId);
      if (!user) throw gone();
      await endAccess(tx, user.id, null);
    });
    return undefined;
  },
});

const removeFactor = route({
  method: 'post',
  path: '/users/{userId}/second-factor/remove',
  action: 'users.write',
  tag: 'Users',
  summary: 'Remove the second factor of somebody who has lost it, after making sure who asks; every session and token ends',
  params,
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, params }) {
    await db.inTenant(who.tenantId, async (tx) => {
      const user = await findUser(tx, params.userId);
      if (!user) throw gone();
      await removeSecondFactor(tx, user.id);
      await endAccess(tx, user.id, null);
      await writeLetter(tx, { kind: 'factor_changed', address: user.email, userId: user.id });
    });
    return undefined;
  },
});

const changeProfile = route({
  method: 'patch',
  path: '/profile',
  action: 'profile.write',
  tag: 'Users',
  summary: "Change one's own name, zone or signature",
  body: z.strictObject({ name: PersonName, zone: Zone, signature: Signature }).partial(),
  reply: { status: 200, schema: User },
  async handle({ who, db, body }) {
    const user = await db.inTenant(who.tenantId, (tx) => changeUser(tx, who.userId, body));
    if (!user) throw gone();
    return user;
  },
});

export const userRoutes = [list, invitations, invite, withdraw, read, change, endSessions, removeFactor, changeProfile];
