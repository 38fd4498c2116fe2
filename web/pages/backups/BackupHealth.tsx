import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

type Trouble = Reply<'get', '/backups'>['troubles'][number];

export const backupsQuery = {
  queryKey: ['backups'],
  queryFn: () => ask('get', '/backups'),
  refetchInterval: 10_000,
} as const;

/** In a line or a few: whether there is a backup, and what is wrong. */
export function BackupHealth() {
  const { data } = useQuery(backupsQuery);
  if (!data) return null;
  const { backups, troubles } = data;
  const newest = backups.find(({ state }) => state === 'good');
  return (
    <ul className="plain">
      {backups.length === 0 && (
        <li>
          <State tone="warn">There is no backup: name a store for them, BACKUP_FOLDER</State>
        </li>
      )}
      {newest && troubles.length === 0 && (
        <li>
          <State tone="good">
            The newest <Link to="/backups">backup</Link> is of <When at={newest.takenAt} absolute />
          </State>
        </li>
      )}
      {troubles.map(({ what, subjectId, since }) => (
        <li key={`${what} ${subjectId}`}>
          <State tone="bad">
            {words[what]} <When at={since} absolute />
          </State>
        </li>
      ))}
    </ul>
  );
}

const words: Readonly<Record<Trouble['what'], string>> = {
  overdue: 'No backup was taken in time: one was due',
  unreadable: 'A backup cannot be read, of',
  missing: 'A backup is not in the store, of',
  too_old: 'A backup is older than 30 days, since',
  drill_failed: 'The last restore drill failed,',
  drill_overdue: 'No restore drill has passed in time: one was due',
};
