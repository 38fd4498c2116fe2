import { Group } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { ask, type Row } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { Invitations } from './Invitations.tsx';
import { RoleSelect } from './RoleSelect.tsx';

type User = Row<'/users'>;

const facts: readonly Column<User>[] = [
  { head: 'Address', cell: ({ email }) => email },
  { head: 'Name', cell: ({ name }) => name },
];
const state: Column<User> = {
  head: 'State',
  cell: ({ deactivatedAt, hasSecondFactor }) => (
    <State tone={deactivatedAt ? 'warn' : 'good'}>
      {deactivatedAt ? 'deactivated' : hasSecondFactor ? 'active, second factor' : 'active'}
    </State>
  ),
};

/** Who works here and as what; an owner invites, changes roles and lets people go. */
export function Users() {
  const { search } = useSearch({ from: '/inside/users' });
  const list = useRows('/users', { query: { search } });
  const canWrite = useMay()('users.write');
  const { user: me } = useSession();
  const columns: readonly Column<User>[] = canWrite
    ? [
        ...facts,
        { head: 'Role', cell: (user) => <RoleSelect user={user} /> },
        state,
        { head: 'Change', cell: (user) => user.id !== me.id && <Verbs user={user} /> },
      ]
    : [...facts, { head: 'Role', cell: ({ role }) => role }, state];
  return (
    <Page title="Users" about="Who works in this workspace, and what each may do.">
      {canWrite && <Invitations />}
      <Group>
        <SearchField label="Search users" />
      </Group>
      <Listing
        label="Users"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<Empty title="No user fits">Try fewer letters.</Empty>}
      />
    </Page>
  );
}

function Verbs({ user }: { user: User }) {
  const params = { userId: user.id };
  const isDeactivated = user.deactivatedAt !== null;
  return (
    <Group gap="xs">
      <Confirm
        label={isDeactivated ? 'Activate' : 'Deactivate'}
        size="xs"
        title={`${isDeactivated ? 'Let' : 'Keep'} ${user.name} ${isDeactivated ? 'in again' : 'out'}?`}
        act={() => ask('patch', '/users/{userId}', { params, body: { isDeactivated: !isDeactivated } })}
      >
        {isDeactivated
          ? 'The log-in works again, with the password that it had.'
          : 'Every session and API token ends at once. Mailboxes and launches stay as they are.'}
      </Confirm>
      {!isDeactivated && (
        <Confirm
          label="End sessions"
          size="xs"
          title={`End every session of ${user.name}?`}
          act={() => ask('delete', '/users/{userId}/sessions', { params })}
        >
          API tokens and links in letters end, too. {user.name} can log in again.
        </Confirm>
      )}
      <Confirm
        label="Erase"
        size="xs"
        dangerous
        title={`Erase ${user.name}?`}
        act={() => ask('post', '/users/{userId}/erasure', { params, body: { because: 'by_hand' } })}
      >
        The log-in, name, address and secrets go for good, and their mailboxes are paused without them. What they made for the
        workspace stays. This cannot be undone.
      </Confirm>
      {user.hasSecondFactor && (
        <Confirm
          label="Remove second factor"
          size="xs"
          title={`Remove the second factor of ${user.name}?`}
          act={() => ask('post', '/users/{userId}/second-factor/remove', { params })}
        >
          Make sure that it is really {user.name} who asks: with the password alone one is in after this.
        </Confirm>
      )}
    </Group>
  );
}
