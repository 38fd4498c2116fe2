import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../db/tenants.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { addUser, type User } from '../../db/users.ts';

/** A workspace; of kind `test` unless said otherwise, so that a test may set its clock. Answers its id. */
export async function newTenant(
  db: Database,
  facts: Partial<Pick<Tenant, 'name' | 'kind' | 'postalAddress'>> = {},
): Promise<string> {
  const id = randomUUID();
  await db.inTenant(id, (tx) =>
    tx.run(`insert into tenants (id, name, kind, postal_address) values ($1, $2, $3, $4)`, [
      id,
      facts.name ?? 'Acme',
      facts.kind ?? 'test',
      facts.postalAddress ?? '1 Main Street, Springfield, IL 62701',
    ]),
  );
  return id;
}

/** A rep, unless another role is given, with an address that nobody else has and no password that fits. */
export async function newUser(tx: Tx, facts: Partial<Omit<User, 'id' | 'createdAt'>> = {}): Promise<User> {
  const user = await addUser(tx, {
    email: `rae-${randomUUID()}@acme.example`,
    name: 'Rae Rep',
    role: 'rep',
    zone: 'America/New_York',
    signature: 'Rae',
    passwordHash: 'none',
    ...facts,
  });
  if (!user) throw new Error(`The address ${facts.email} is a log-in name already.`);
  return user;
}
