import { Button, NativeSelect } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useSession } from '../../shell/session.ts';
import { useCallQueue } from '../calls/queue.ts';
import { CallsNow } from './CallsNow.tsx';
import { Held } from './Held.tsx';
import { Section } from './Section.tsx';
import { TaskCard } from './TaskCard.tsx';

type Task = Row<'/tasks'>;

/** What one reads before anything else: somebody waits for an answer. */
const answers: readonly Task['kind'][] = ['reply', 'forward_failed'];

const callsEveryMs = 5_000; // whoever asked not to be called is refused at the moment of dialling anyway

/** What is to be done today, then what goes out next and what holds it. */
export function Today() {
  const { owner } = useSearch({ from: '/inside/today' });
  const { user } = useSession();
  const [set] = useAddress();
  const isOwn = owner === undefined;
  const tasks = useRows('/tasks', { query: { owner }, every: 10_000 });
  const calls = useCallQueue({ every: callsEveryMs, enabled: isOwn });
  // One's own calls stand in their queue, with the window of each; of others' only the task is shown.
  const rows = tasks.rows?.filter(({ kind }) => !isOwn || kind !== 'call');
  const isIdle = rows?.length === 0 && calls.isKnown && calls.open.length + calls.later.length === 0;
  const card = (task: Task) => <TaskCard task={task} />;
  return (
    <Page
      title="Today"
      about="Answers, calls and tasks that wait for you; below, what goes out next and what is held."
      actions={
        user.role === 'owner' && (
          <NativeSelect
            aria-label="Whose tasks"
            value={owner ?? ''}
            onChange={(event) => set({ owner: event.currentTarget.value || undefined })}
            data={[
              { value: '', label: 'my tasks' },
              { value: 'all', label: "everybody's tasks" },
            ]}
          />
        )
      }
    >
      <ProblemNote error={tasks.error ?? calls.error} />
      {!rows && !tasks.error && <Waiting />}
      {isIdle && (
        <Empty title="Nothing to do" action={<ButtonLink to="/launches">See what is on its way</ButtonLink>}>
          Replies to answer, calls and tasks of your sequences stand here when they are due.
        </Empty>
      )}
      <Section title="Replies" rows={rows?.filter(({ kind }) => answers.includes(kind)) ?? []} keyOf={({ id }) => id}>
        {card}
      </Section>
      <CallsNow open={calls.open} later={calls.later} />
      <Section title="Tasks" rows={rows?.filter(({ kind }) => !answers.includes(kind)) ?? []} keyOf={({ id }) => id}>
        {card}
      </Section>
      {tasks.isMore && (
        <div>
          <Button variant="default" onClick={tasks.more} loading={tasks.isLoadingMore}>
            Show more
          </Button>
        </div>
      )}
      <Held />
    </Page>
  );
}
