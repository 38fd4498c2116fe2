import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { counted } from '../../parts/Count.tsx';
import { When } from '../../parts/When.tsx';
import { CallCard } from '../calls/CallCard.tsx';
import type { QueuedCall } from '../calls/queue.ts';
import { Section } from './Section.tsx';

/** The calls that may be made now, the window that closes soonest first; of the rest, when the next one opens. */
export function CallsNow({ open, later }: { open: readonly QueuedCall[]; later: readonly QueuedCall[] }) {
  const next = later.find(({ opensAt }) => opensAt !== null);
  return (
    <>
      <Section title="Calls open now" rows={open} keyOf={({ taskId }) => taskId}>
        {(call) => <CallCard call={call} />}
      </Section>
      {later.length > 0 && (
        <Text c="dimmed">
          {later.length === 1 ? '1 call opens later' : `${counted(later.length, 'call')} open later`}
          {next && (
            <>
              , the next <When at={next.opensAt} />
            </>
          )}
          . <Link to="/calls">See them</Link>
        </Text>
      )}
    </>
  );
}
