import { NativeSelect } from '@mantine/core';
import { ask, type Row } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type User = Row<'/users'>;
export const roles: readonly User['role'][] = ['rep', 'officer', 'operator', 'owner'];

/** Another role ends the user's sessions: what was opened with the old one goes no further. */
export function RoleSelect({ user }: { user: User }) {
  const { save, error } = useSaving((role: User['role']) =>
    ask('patch', '/users/{userId}', { params: { userId: user.id }, body: { role } }),
  );
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={`Role of ${user.name}`}
        data={[...roles]}
        value={user.role}
        onChange={(event) => save(event.currentTarget.value as User['role'])}
      />
      <ProblemNote error={error} />
    </>
  );
}
