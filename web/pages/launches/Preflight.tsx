import { Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Reply } from '../../api.ts';
import { Bars } from '../../parts/Bars.tsx';
import { counted } from '../../parts/Count.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { reasonOf } from '../../parts/reasons.ts';

type Result = Reply<'post', '/launches/preflight'>;

/** Before a launch: who starts, who is blocked and why, and when the first and the last messages go. */
export function Preflight({ result, steps }: { result: Result; steps: number }) {
  const { people, willStart, blocked, findings, firstAt, lastFirstAt, lastAt, notWithinAYear } = result;
  const stops = findings.filter(({ severity }) => severity === 'refuse');
  return (
    <Stack className="panel" component="section" aria-label="What would happen" role="status">
      <Title order={2}>What would happen</Title>
      <Text>
        {counted(willStart, 'person', 'people')} of {counted(people, 'person', 'people')} would get {counted(steps, 'step')}.{' '}
        {notWithinAYear > 0 &&
          `${counted(notWithinAYear, 'person', 'people')} would not be reached within a year: use more mailboxes.`}
      </Text>
      <Facts
        facts={[
          ['First message', <When key="first" at={firstAt} absolute />],
          ['Last first message', <When key="lastFirst" at={lastFirstAt} absolute />],
          ['Last message', <When key="last" at={lastAt} absolute />],
        ]}
      />
      {findings.map(({ stepId, variant, code, severity, message }) => (
        <State key={`${stepId} ${variant} ${code}`} tone={severity === 'refuse' ? 'bad' : 'warn'}>
          {variant === null ? stepId : `${stepId}, variant ${variant}`}: <span className="words">{message}</span>
        </State>
      ))}
      {stops.length > 0 && (
        <Text fw={600}>
          The sequence cannot be launched before {counted(stops.length, 'finding')} marked as stopping it is mended.
        </Text>
      )}
      {blocked.length > 0 && (
        <>
          <Title order={3}>Blocked</Title>
          <Bars
            label="People who are blocked, by reason"
            bars={blocked.map(({ because, count }) => [reasonOf(because), count] as const)}
          />
          <People
            title="Who is blocked"
            rows={result.blockedPeople.map((person) => ({ ...person, note: reasonOf(person.because) }))}
          />
        </>
      )}
      <People
        title="Who gets the first message when"
        rows={result.firstSends.map((person) => ({ ...person, note: <When at={person.at} absolute /> }))}
      />
    </Stack>
  );
}

function People({
  title,
  rows,
}: {
  title: string;
  rows: readonly { contactId: string; name: string | null; email: string | null; note: ReactNode }[];
}) {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>
        {title} ({rows.length === 200 ? 'the first 200' : rows.length})
      </summary>
      <table className="listing">
        <tbody>
          {rows.map(({ contactId, name, email, note }) => (
            <tr key={contactId}>
              <td data-label="">
                <Link to="/people/$contactId" params={{ contactId }}>
                  {name || email}
                </Link>
              </td>
              <td data-label="">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
