import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';
import { Facts } from '../../parts/Facts.tsx';
import { useRows } from '../../parts/pages.ts';
import { inWords } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

type Event = Reply<'get', '/breaches/{incidentId}/timeline'>['events'][number];

/** Who knew, decided and did what, and when; the newest first. */
export function Timeline({ incidentId }: { incidentId: string }) {
  const { data } = useQuery({
    queryKey: ['/breaches/timeline', incidentId],
    queryFn: () => ask('get', '/breaches/{incidentId}/timeline', { params: { incidentId } }),
    refetchInterval: 10_000,
  });
  const { rows: users = [] } = useRows('/users', { query: { limit: 200 } });
  const nameOf = (userId: string) => users.find(({ id }) => id === userId)?.name ?? 'a user who has left';
  return (
    <section aria-label="Timeline">
      <Title order={2} mb="xs">
        Timeline
      </Title>
      <ol className="plain">
        {[...(data?.events ?? [])].reverse().map((event) => (
          <li key={event.id}>
            <strong>{happened[event.kind] ?? inWords(event.kind)}</strong>
            <Text c="dimmed">
              <When at={event.at} absolute />, {event.byUser === null ? 'by the software' : nameOf(event.byUser)}
            </Text>
            <Detail detail={event.detail} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The API's words for what happened, as an officer would say them. */
const happened: Readonly<Record<string, string>> = {
  opened: 'Incident opened',
  facts: 'Facts added or corrected',
  scope: 'People added',
  plan: 'Plan computed anew',
  words: 'Words of a notice changed',
  approved: 'Notice approved',
  reminder: 'Officers reminded',
  hold_asked: 'Hold or decision asked for',
  hold_confirmed: 'Hold or decision confirmed',
  notice_started: 'Notice begun',
  notice_finished: 'Everybody told',
  filed: 'Filed',
  regulator_mailed: 'Regulator told by e-mail',
  alarm: 'Alarm raised',
  settled: 'Noted how somebody was told',
  closed: 'Incident closed',
};

function Detail({ detail }: { detail: Event['detail'] }) {
  const said = Object.entries(detail).filter(([, value]) => value !== '' && value !== null && value !== false);
  if (said.length === 0) return null;
  return (
    <details>
      <summary>Details</summary>
      <Facts facts={said.map(([name, value]) => [spaced(name), asText(value)])} />
    </details>
  );
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join('; ');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(asText).join(' ');
  return String(value);
}

/** `discoveredAt` as `discovered at`. */
function spaced(name: string): string {
  return inWords(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}
