import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { CallCard, type QueuedCall } from './CallCard.tsx';

/** A request not to be called empties the queue within a second: so often it is read. */
const everyMs = 900;

/** Whom a rep may call now, the window that closes soonest first, and when the rest opens. */
export function Calls() {
  const { data, error } = useQuery({ queryKey: ['calls'], queryFn: () => ask('get', '/calls'), refetchInterval: everyMs });
  const mayBegin = ({ isOpen, state }: QueuedCall) => isOpen || state === 'open'; // what has been dialled waits for its outcome
  const open = data?.items.filter(mayBegin) ?? [];
  const later = data?.items.filter((call) => !mayBegin(call)) ?? [];
  return (
    <Page title="Calls" about="Only calls that law and lists allow. Each is checked once more at the moment of dialling.">
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data?.items.length === 0 && (
        <Empty title="Nobody to call">Call steps of your sequences stand here, with the hours in which each may be made.</Empty>
      )}
      <Section title="Callable now" calls={open} />
      <Section title="Opens later" calls={later} />
    </Page>
  );
}

function Section({ title, calls }: { title: string; calls: readonly QueuedCall[] }) {
  if (calls.length === 0) return null;
  return (
    <section aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <ul className="plain">
        {calls.map((call) => (
          <li key={call.taskId}>
            <CallCard call={call} />
          </li>
        ))}
      </ul>
    </section>
  );
}
