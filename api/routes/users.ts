import { z } from 'zod';
import { endOtherSessions, findLogin } from '../../db/sessions.ts';
import { addUser, changeUser, findUser, isLastOwner, listUsers } from '../../db/users.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { hashPassword, isPassword } from '../password.ts';
import { Problem } from '../problem.ts';
import { roles } from '../roles.ts';
import { route } from '../route.ts';
import { hashOfToken, tokenOf } from '../session.ts';
import { EmailAddress, Id, Instant, Zone } from '../shapes.ts';

const User = z
  .object({
    id: Id,
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    zone: z.string(),
    signature: z.string(),
    createdAt: Instant,
  })
  .meta({ id: 'User' });

const Name = z.string().trim().min(1).max(200);
const Signature = z.string().max(5000);
const Password = z.string().min(12, 'A password has at least 12 characters.').max(1000);
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

const create = route({
  method: 'post',
  path: '/users',
  action: 'users.write',
  tag: 'Users',
  summary: 'Add a user with a first password',
  body: z.strictObject({
    email: EmailAddress,
    name: Name,
    role: z.enum(roles),
    zone: Zone.default('America/New_York'),
    signature: Signature.default(''),
    password: Password,
  }),
  reply: { status: 201, schema: User },
  errors: ['already-exists'],
  async handle({ who, db, deps, body }) {
    const { password, ...user } = body;
    const passwordHash = await hashPassword(password, deps.randomBytes);
    const added = await db.inTenant(who.tenantId, (tx) => addUser(tx, { ...user, passwordHash }));
    if (!added) throw new Problem('already-exists', 'Somebody signs in with this address already.');
    return added;
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
  summary: 'Change a user; a new role or password ends the sessions',
  params,
  body: z.strictObject({ name: Name, role: z.enum(roles), zone: Zone, signature: Signature, password: Password }).partial(),
  reply: { status: 200, schema: User },
  errors: ['conflict'],
  async handle({ who, db, deps, params, body }) {
    const { password, ...rest } = body;
    const passwordHash = password === undefined ? undefined : await hashPassword(password, deps.randomBytes);
    return db.inTenant(who.tenantId, async (tx) => {
      if (body.role !== undefined && body.role !== 'owner' && (await isLastOwner(tx, params.userId))) {
        throw new Problem('conflict', 'A workspace needs an owner: make somebody else one first.');
      }
      const before = await findUser(tx, params.userId);
      const user = await changeUser(tx, params.userId, { ...rest, passwordHash });
      if (!before || !user) throw gone();
      if (passwordHash !== undefined || before.role !== user.role) await endOtherSessions(tx, user.id, null);
      return user;
    });
  },
});

const changeProfile = route({
  method: 'patch',
  path: '/profile',
  action: 'profile.write',
  tag: 'Users',
  summary: "Change one's own name, zone, signature or password",
  body: z
    .strictObject({
      name: Name,
      zone: Zone,
      signature: Signature,
      password: z.strictObject({ present: z.string().max(1000), next: Password }),
    })
    .partial(),
  reply: { status: 200, schema: User },
  errors: ['wrong-credentials'],
  async handle({ who, db, deps, body, headers }) {
    const { password, ...rest } = body;
    const me = await db.inTenant(who.tenantId, (tx) => findUser(tx, who.userId));
    if (!me) throw gone();
    if (password && !(await isPassword(password.present, (await findLogin(db, me.email))?.passwordHash))) {
      throw new Problem('wrong-credentials', 'The present password is another one.');
    }
    const passwordHash = password && (await hashPassword(password.next, deps.randomBytes));
    const token = tokenOf(headers.cookie);
    return db.inTenant(who.tenantId, async (tx) => {
      const user = await changeUser(tx, who.userId, { ...rest, passwordHash });
      if (!user) throw gone();
      if (passwordHash !== undefined) await endOtherSessions(tx, user.id, token ? hashOfToken(token) : null);
      return user;
    });
  },
});

export const userRoutes = [list, create, read, change, changeProfile];
