import { SimpleGrid, Title } from '@mantine/core';
import { Bars } from '../../parts/Bars.tsx';
import type { Launch } from './LaunchPage.tsx';
import { reasonOf } from '../../parts/reasons.ts';
import { subjectOf } from '../../parts/subject.ts';

/** How far everybody is, step by step, and why some are not. */
export function Progress({ launch: { people, steps, blocked, stopped, paused } }: { launch: Launch }) {
  const all = Object.values(people).reduce((sum, count) => sum + count, 0);
  const under = (people.waiting ?? 0) + (people.queued ?? 0);
  const reached: (readonly [string, number])[] = [
    ['Chosen', all],
    ['Taken in', all - (people.blocked ?? 0)],
    ...steps.map(
      ({ kind, title, counts }, index) =>
        [`${index + 1}. ${subjectOf(title)}`, kind === 'email' ? (counts.sent ?? 0) : (counts.done ?? 0)] as const,
    ),
    ['Replied', stopped.replied ?? 0],
  ];
  const standing: (readonly [string, number])[] = [
    ['Under way', under],
    ['Paused', people.paused ?? 0],
    ['Finished', people.finished ?? 0],
    ['Stopped', people.stopped ?? 0],
    ['Blocked', people.blocked ?? 0],
  ];
  const held = steps.flatMap((step, index) =>
    Object.entries(step.held).map(([because, count]) => [`Step ${index + 1}: ${reasonOf(because)}`, count] as const),
  );
  const why = [...because('Blocked', blocked), ...because('Stopped', stopped), ...because('Paused', paused), ...held];
  return (
    <SimpleGrid cols={{ base: 1, md: 2, lg: why.length > 0 ? 3 : 2 }} spacing="lg">
      <section aria-label="Funnel">
        <Title order={2} mb="xs">
          How far
        </Title>
        <Bars label="People by what they have had" bars={reached} />
      </section>
      <section aria-label="Standing">
        <Title order={2} mb="xs">
          Where they stand
        </Title>
        <Bars label="People by state" bars={standing} />
      </section>
      {why.length > 0 && (
        <section aria-label="Reasons">
          <Title order={2} mb="xs">
            Why not further
          </Title>
          <Bars label="People and messages by reason" bars={why} />
        </section>
      )}
    </SimpleGrid>
  );
}

function because(what: string, counts: Readonly<Record<string, number>>): (readonly [string, number])[] {
  return Object.entries(counts).map(([reason, count]) => [`${what}: ${reasonOf(reason)}`, count]);
}
