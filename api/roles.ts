/** What a person signs in as; what each may do is the table below and nothing else. */
export const roles = ['rep', 'officer', 'operator', 'owner'] as const;
export type Role = (typeof roles)[number];

const everybody: readonly Role[] = roles;
const people: readonly Role[] = ['rep', 'officer', 'owner']; // those whose work is with contacts; an operator's is with the machine
const sellers: readonly Role[] = ['rep', 'owner'];

/** Role by action. A route names its action; the tests walk this table and try every route as every role. */
export const may = {
  session: everybody,
  account: everybody, // one's own password, address, second factor and sessions
  'tokens.write': everybody, // one's own, for what one's role may do
  'tenant.read': everybody,
  'tenant.write': ['owner'],
  'users.read': everybody,
  'users.write': ['owner'],
  'profile.write': everybody,
  'contacts.read': people,
  'contacts.write': sellers,
  'contacts.delete': people,
  'imports.read': people,
  'imports.write': sellers,
  'mailboxes.read': everybody,
  'mailboxes.write': ['rep', 'operator', 'owner'],
  'mailboxes.relay': ['operator', 'owner'], // no cap of ours holds a relay: whoever answers for the machine sets its own
  'sequences.read': people,
  'sequences.write': sellers,
  'launches.read': people,
  'launches.write': sellers,
  'reports.read': people,
  'tasks.read': sellers,
  'tasks.write': sellers,
  'calls.write': sellers,
  'do-not-call.write': people, // whoever hears the request
  'calling.read': people,
  'calling.write': ['officer', 'owner'], // which law is taken to hold
  'suppressions.read': people,
  'suppressions.write': people,
  'suppressions.export': ['officer', 'owner'], // the whole list leaves the house
  'caught-mail.read': everybody, // of a machine that sends nothing: demonstrations and rehearsals
  'system.read': ['operator', 'owner'],
  'backups.read': ['officer', 'operator', 'owner'],
  'abuse.read': ['officer', 'operator', 'owner'],
  'abuse.appeal': ['owner'],
  'abuse.decide': ['officer', 'operator'], // never who appeals
  'auditor.read': ['officer', 'operator', 'owner'],
  'auditor.write': ['officer', 'owner'], // whether what was found has been dealt with
  'integrations.read': ['officer', 'operator', 'owner'],
  'integrations.write': ['operator', 'owner'],
  'histories.read': ['officer', 'operator', 'owner'], // what Temporal has stored, readable
  'obligations.read': ['officer', 'operator', 'owner'],
  'billing.read': ['officer', 'operator', 'owner'],
  'billing.write': ['operator', 'owner'],
  'exports.read': ['officer', 'owner'], // everything leaves the house in one file
  'exports.write': ['officer', 'owner'],
  'breaches.read': ['officer', 'operator', 'owner'],
  'breaches.write': ['officer', 'owner'],
  'law.read': ['officer', 'operator', 'owner'],
  'audit.read': ['officer', 'owner'],
  'holds.read': ['officer', 'owner'],
  'holds.write': ['officer', 'owner'],
  'data-map.read': ['officer', 'operator', 'owner'],
  'erasures.read': ['officer', 'owner'],
  'erasures.write': ['officer', 'owner'],
  'deletions.read': ['officer', 'owner'],
  'deletions.write': ['officer', 'owner'],
  'usage.read': ['owner'], // network addresses of people
} as const satisfies Record<string, readonly Role[]>;
export type Action = keyof typeof may;

export function isAllowed(role: Role, action: Action): boolean {
  return (may[action] as readonly Role[]).includes(role);
}

/** Open to a user whose workspace wants a second factor that is not set up yet: setting it up, and leaving. */
export const withoutFactor: readonly Action[] = ['session', 'account'];

/** What is open while the account is being deleted (P7): to take it back, to take the data along, to hold them. */
export const whileFrozen: readonly Action[] = [
  'session',
  'deletions.read',
  'deletions.write',
  'exports.read',
  'exports.write',
  'holds.read',
  'holds.write',
];

/** What no API token may do, whatever its user may: a leaked one must not become a log-in. */
const notByToken: readonly Action[] = [
  'deletions.write', // wants the password
  'session',
  'account',
  'tokens.write',
  'users.write',
  'tenant.write',
  'integrations.write',
  'exports.read',
  'exports.write',
];
export const scopes = (Object.keys(may) as Action[]).filter((action) => !notByToken.includes(action));
