import { createHmac } from 'node:crypto';

/** The product's own database roles: none owns a table, so forced row-level security binds them all. */
export const roles = ['decorum_app', 'decorum_auditor', 'decorum_billing', 'decorum_dispatcher', 'decorum_watcher'] as const;
export type Role = (typeof roles)[number];

/** A role's password is derived from the owner's, so that one secret in the environment is enough. */
export function rolePassword(ownerUrl: string, role: Role): string {
  return createHmac('sha256', decodeURIComponent(new URL(ownerUrl).password))
    .update(role)
    .digest('hex');
}

/** The owner's address with another role in its place. */
export function roleUrl(ownerUrl: string, role: Role): string {
  const url = new URL(ownerUrl);
  url.password = rolePassword(ownerUrl, role);
  url.username = role;
  return url.toString();
}
