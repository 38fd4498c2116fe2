import { Button, NativeSelect, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useSession } from '../../shell/session.ts';
import { Held } from './Held.tsx';
import { TaskCard } from './TaskCard.tsx';

/** What is to be done today, then what goes out next and what holds it. */
export function Today() {
  const { owner } = useSearch({ from: '/inside/today' });
  const { user } = useSession();
  const [set] = useAddress();
  const tasks = useRows('/tasks', { query: { owner }, every: 10_000 });
  return (
    <Page title="Today" about="Answers, calls and tasks that wait for you; below, what goes out next and what is held.">
      <section aria-label="Tasks">
        <Title order={2} mb="xs">
          To do
        </Title>
        {user.role === 'owner' && (
          <NativeSelect
            aria-label="Whose tasks"
            maw={240}
            mb="sm"
            value={owner ?? ''}
            onChange={(event) => set({ owner: event.currentTarget.value || undefined })}
            data={[
              { value: '', label: 'my tasks' },
              { value: 'all', label: "everybody's tasks" },
            ]}
          />
        )}
        <ProblemNote error={tasks.error} />
        {!tasks.rows && !tasks.error && <Waiting />}
        {tasks.rows?.length === 0 && (
          <Empty title="Nothing to do" action={<ButtonLink to="/launches">See what is on its way</ButtonLink>}>
            Replies to answer, calls and tasks of your sequences stand here when they are due.
          </Empty>
        )}
        <ul className="plain">
          {tasks.rows?.map((task) => (
            <li key={task.id}>
              <TaskCard task={task} />
            </li>
          ))}
        </ul>
        {tasks.isMore && (
          <Button variant="default" onClick={tasks.more} loading={tasks.isLoadingMore}>
            Show more
          </Button>
        )}
      </section>
      <Held />
    </Page>
  );
}
