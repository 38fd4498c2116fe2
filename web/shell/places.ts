/** Where the navigation leads, in its order; `key` follows a `g`. A place is offered to whoever may read what is there. */
export const places = [
  { to: '/today', label: 'Today', key: 't', action: 'tasks.read' },
  { to: '/calls', label: 'Calls', key: 'a', action: 'tasks.read' },
  { to: '/contacts', label: 'Contacts', key: 'c', action: 'contacts.read' },
  { to: '/companies', label: 'Companies', key: 'p', action: 'contacts.read' },
  { to: '/lists', label: 'Lists', key: 'i', action: 'contacts.read' },
  { to: '/sequences', label: 'Sequences', key: 's', action: 'sequences.read' },
  { to: '/launches', label: 'Launches', key: 'l', action: 'launches.read' },
  { to: '/reports', label: 'Reports', key: 'r', action: 'reports.read' },
  { to: '/mailboxes', label: 'Mailboxes', key: 'm', action: 'mailboxes.read' },
  { to: '/suppressions', label: 'Suppressions', key: 'x', action: 'suppressions.read' },
  { to: '/obligations', label: 'Obligations', key: 'o', action: 'obligations.read' },
  { to: '/breaches', label: 'Breaches', key: 'b', action: 'breaches.read' },
  { to: '/caught-mail', label: 'Caught mail', key: 'e', action: 'caught-mail.read' },
  { to: '/users', label: 'Users', key: 'u', action: 'users.read' },
  { to: '/system', label: 'System', key: 'y', action: 'system.read' },
  { to: '/settings', label: 'Settings', key: 'w', action: 'tenant.read' },
] as const;
