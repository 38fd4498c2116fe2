import { Title } from '@mantine/core';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { CallCard } from './CallCard.tsx';
import { type QueuedCall, useCallQueue } from './queue.ts';

/** A request not to be called empties the queue within a second: so often it is read. */
const everyMs = 900;

/** Whom a rep may call now, the window that closes soonest first, and when the rest opens. */
export function Calls() {
  const { isKnown, error, open, later } = useCallQueue({ every: everyMs });
  return (
    <Page title="Calls" about="Only calls that law and lists allow. Each is checked once more at the moment of dialling.">
      <ProblemNote error={error} />
      {!isKnown && !error && <Waiting />}
      {isKnown && open.length + later.length === 0 && (
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
