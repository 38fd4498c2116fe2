import { Text, Title } from '@mantine/core';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import type { Incident } from './Clocks.tsx';

/** What law enforcement asked for and what was decided, each with what it covers and whether two officers stand for it. */
export function Holds({ incident: { holds } }: { incident: Incident }) {
  if (holds.length === 0) return null;
  return (
    <section aria-label="Holds and decisions">
      <Title order={2}>Holds and decisions</Title>
      <ul>
        {holds.map(({ id, kind, audiences, states, untilAt, reason, authority, documentName, confirmedAt }) => (
          <li key={id}>
            <State tone={confirmedAt ? 'good' : 'warn'}>{confirmedAt ? 'in force' : 'waits for a second officer'}</State>{' '}
            {kind === 'law_enforcement' ? `Held by ${authority}` : `Not to notify: ${kind.replaceAll('_', ' ')}`}
            {untilAt !== null && (
              <>
                {' until '}
                <When at={untilAt} absolute />
              </>
            )}
            <Text size="sm">
              Covers {audiences.join(', ')} {states.length > 0 ? `in ${states.join(', ')}` : 'everywhere'}. {reason}{' '}
              {documentName}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
