import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { Clocks, type Incident } from './Clocks.tsx';
import { categories } from './FactFields.tsx';
import { Holds } from './Holds.tsx';
import { NextAction } from './NextAction.tsx';
import { Timeline } from './Timeline.tsx';
import { Undone } from './Undone.tsx';

/** An incident: what to do now, how long is left, and what was known and done so far. */
export function BreachPage() {
  const may = useMay();
  const { incidentId } = useParams({ from: '/inside/breaches/$incidentId' });
  const { data: incident, error } = useQuery({
    queryKey: ['/breaches/{incidentId}', incidentId],
    queryFn: () => ask('get', '/breaches/{incidentId}', { params: { incidentId } }),
    refetchInterval: 5_000,
  });
  if (error) return <ProblemNote error={error} />;
  if (!incident) return <Waiting />;
  return (
    <Page title={incident.isDrill ? `Drill: ${incident.title}` : incident.title} about={<About incident={incident} />}>
      {incident.isDrill && (
        <Alert title="This is a drill">
          Notices go to the officers only. Nothing happened to anybody's data.{' '}
          <Link to="/breaches/$incidentId/score" params={{ incidentId }}>
            Score of the drill
          </Link>
        </Alert>
      )}
      <NextAction incident={incident} />
      <div className="incident">
        <Stack gap="lg">
          <Leaves incident={incident} />
          <Known incident={incident} />
          {may('breaches.write') && (
            <Group aria-label="Evidence" role="group">
              <a href={`/v1/breaches/${incident.id}/bundle.json`}>Evidence, signed</a>
              <a href={`/v1/breaches/${incident.id}/bundle.pdf`}>Evidence as PDF</a>
            </Group>
          )}
          <Timeline incidentId={incident.id} />
        </Stack>
        <Stack gap="lg">
          <Clocks incident={incident} />
          <Holds incident={incident} />
          {incident.progress.undone > 0 && <Undone incident={incident} />}
        </Stack>
      </div>
    </Page>
  );
}

function About({ incident }: { incident: Incident }) {
  const { discoveredAt, state, lines } = incident;
  const late = lines.filter(({ standing }) => standing === 'late').length;
  return (
    <Group gap="xs">
      <span>
        Discovered <When at={discoveredAt} absolute />
      </span>
      <State tone={state === 'open' ? 'warn' : 'quiet'}>{state}</State>
      {late > 0 && <State tone="bad">{counted(late, 'clock')} late</State>}
    </Group>
  );
}

/** When the notice leaves, approved or not: on every screen where somebody might wait for somebody else. */
function Leaves({ incident }: { incident: Incident }) {
  const { noticeAt, noticeBecause, noticeStartedAt, progress, facts } = incident;
  const { people, sent, toldOtherwise, owed, undone } = progress;
  return (
    <section aria-label="The notice">
      <Title order={2}>The notice</Title>
      {noticeStartedAt ? (
        <Text>
          Begun <When at={noticeStartedAt} absolute />.
        </Text>
      ) : noticeAt ? (
        <Text>
          {noticeBecause === 'approved' ? 'Approved: it leaves ' : 'Without approval it leaves as it stands '}
          <When at={noticeAt} absolute /> (<TimeLeft until={noticeAt} />
          ).
        </Text>
      ) : (
        <Text>No notice leaves by itself: it was switched off, waived, or nobody is to be told.</Text>
      )}
      {noticeStartedAt !== null && owed === 0 && !facts.isScopeKnown && (
        <Text>
          Everybody known is told. The promise to the users stays open until the facts say that everybody who is affected is
          known.
        </Text>
      )}
      <Facts
        facts={[
          ['Affected', people],
          ['Told by e-mail', sent],
          ['Told otherwise', toldOtherwise],
          ['Waiting', owed],
          ['To be told by other means', undone],
        ]}
      />
    </section>
  );
}

function Known({ incident: { facts, missing } }: { incident: Incident }) {
  const seesNext = useMay()('breaches.write'); // where what is missing stands already
  const leaked = [...facts.data.map((category) => categories[category]), facts.otherData].filter(Boolean).join(', ');
  const said = (fact: string) => fact || <Text c="dimmed">not said yet</Text>;
  return (
    <section aria-label="What is known">
      <Title order={2}>What is known</Title>
      {!seesNext && missing.length > 0 && <Text>Missing: {missing.join('; ')}.</Text>}
      <Facts
        facts={[
          ['What happened', said(facts.nature)],
          ['When', said(facts.happened)],
          ['Data', said(leaked)],
          ['Systems', said(facts.systems)],
          ['Encrypted', facts.encrypted ? `yes; the key is ${facts.keySafe ? 'safe' : 'not known to be safe'}` : 'no'],
          ['What is being done', said(facts.steps)],
          ['What people can do', said(facts.advice)],
          ['Whom to ask', said(facts.contact)],
        ]}
      />
    </section>
  );
}
