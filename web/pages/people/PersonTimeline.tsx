import { Text, Timeline, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Reply } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { reasonOf } from '../../parts/reasons.ts';
import { inWords } from '../../parts/State.tsx';
import { Next, When } from '../../parts/When.tsx';

type Entry = Reply<'get', '/contacts/{contactId}/timeline'>['items'][number];

/** Every touch, why it went or did not, and when the next one goes. */
export function PersonTimeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <section aria-label="Timeline">
      <Title order={2} mb="sm">
        Timeline
      </Title>
      {entries.length === 0 ? (
        <Empty title="Nothing yet">
          Nothing was sent to this person, and nothing is planned. A launch to a list that holds them begins it.
        </Empty>
      ) : (
        <Timeline bulletSize={14} lineWidth={2} active={entries.filter(({ at }) => at !== null).length - 1}>
          {entries.map((entry, index) => (
            <Timeline.Item key={`${index} ${entry.kind} ${entry.what}`} title={titleOf(entry)}>
              <div>{whyOf(entry)}</div>
              {entry.at !== null && <When at={entry.at} />}
              {entry.nextAt !== null && (
                <div>
                  goes <Next at={entry.nextAt} />
                </div>
              )}
              {entry.launch !== null && (
                <Text c="dimmed">
                  in{' '}
                  <Link to="/launches/$launchId" params={{ launchId: entry.launch.id }}>
                    {entry.launch.sequenceName}
                  </Link>
                </Text>
              )}
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </section>
  );
}

/** Why it happened or has not happened yet. */
function whyOf({ kind, what, because }: Entry): string {
  if (because !== null) return reasonOf(because);
  return kind === 'next' && what === 'waiting' ? 'follows after its delay, inside the send window' : '';
}

const messages: Readonly<Record<string, string>> = {
  planned: 'Message planned',
  held: 'Message held',
  claimed: 'Message about to go',
  handing: 'Message being handed over',
  sent: 'Message sent',
  unknown: "Message: the server's answer was lost",
  refused: 'Message refused by the server',
  cancelled: 'Message cancelled',
};

const events: Readonly<Record<string, string>> = {
  stop: 'Sequence ended',
  finish: 'Sequence finished',
  replied: 'Answered',
  pause: 'Paused',
  resume: 'Taken up again',
  moved: 'Moved to a newer version',
  blocked: 'Not taken in',
  unblocked: 'Taken in after all',
  unknown: "The mail server's answer was lost",
};

function titleOf({ kind, what, step, variant }: Entry): string {
  const place = step === null ? '' : `, step ${step + 1}`;
  switch (kind) {
    case 'message':
      return `${messages[what] ?? `Message ${what}`}${place}${variant === null ? '' : `, variant ${variant}`}`;
    case 'task':
      return `Task: ${inWords(what)}${place}`;
    case 'received':
      return `Received: ${inWords(what)}`;
    case 'suppressed':
      return what === 'all' ? 'Asked for no e-mail and no calls' : 'Asked for no e-mail';
    case 'event':
      return `${events[what] ?? inWords(what).replace(/^./, (letter) => letter.toUpperCase())}${place}`;
    case 'next':
      return what === 'paused' ? `Paused before${place.replace(',', '')}` : `Next${place}`;
  }
}
