import { Button, Group, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { addressOf, ask, type Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { reasonOf } from '../../parts/reasons.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { inWords, State, type Tone } from '../../parts/State.tsx';
import { subjectOf } from '../../parts/subject.ts';
import { Next, When } from '../../parts/When.tsx';

type Person = Row<'/launches/{launchId}/report/people'>;

/** Who got a step of a launch, who did not, and why. */
export function StepPeople() {
  const { launchId } = useParams({ from: '/inside/launches/$launchId/report/people' });
  const { step = '', got, because, variant } = useSearch({ from: '/inside/launches/$launchId/report/people' });
  const [set] = useAddress();
  const params = { launchId };
  const { data: report } = useQuery({
    queryKey: ['report', launchId],
    queryFn: () => ask('get', '/launches/{launchId}/report', { params }),
  });
  const isGot = got === 'yes' || got === 'no' ? got : undefined;
  const wordings = report?.steps.find(({ stepId }) => stepId === step)?.variants ?? [];
  const letter = letters.find((known) => known === variant);
  const query: { step: string; got: typeof isGot; because: string | undefined; variant: typeof letter } = {
    step,
    got: isGot,
    because,
    variant: letter,
  };
  const list = useRows('/launches/{launchId}/report/people', { params, query });
  const steps = report?.steps.map(({ stepId, number, title }) => ({
    value: stepId,
    label: `${number ?? ''} ${subjectOf(title)}`,
  }));
  return (
    <Page
      title="Who got it"
      about={
        <Link to="/launches/$launchId/report" params={params}>
          the report of {report?.sequenceName ?? 'the launch'}
        </Link>
      }
      actions={
        <Button
          component="a"
          variant="default"
          href={addressOf('/launches/{launchId}/report/people.csv', params, query)}
          download
        >
          Export CSV
        </Button>
      }
    >
      <Group>
        <NativeSelect
          aria-label="Step"
          value={step}
          onChange={(event) => set({ step: event.currentTarget.value, because: undefined, variant: undefined })}
          data={steps ?? [{ value: step, label: step }]}
        />
        <NativeSelect
          aria-label="Got it"
          value={got ?? ''}
          onChange={(event) => set({ got: event.currentTarget.value || undefined, because: undefined })}
          data={[
            { value: '', label: 'everybody' },
            { value: 'yes', label: 'who got it' },
            { value: 'no', label: 'who did not' },
          ]}
        />
        {(wordings.length > 0 || letter) && (
          <NativeSelect
            aria-label="Variant"
            value={letter ?? ''}
            onChange={(event) => set({ variant: event.currentTarget.value || undefined })}
            data={[
              { value: '', label: 'any variant' },
              ...wordings.map(({ variant: value, subject }) => ({ value, label: `${value}. ${subject || 'in the thread'}` })),
            ]}
          />
        )}
        {because !== undefined && (
          <Button variant="default" onClick={() => set({ because: undefined })}>
            Only: {reasonOf(because)}. Show all
          </Button>
        )}
      </Group>
      <Listing
        label="People of the step"
        list={list}
        columns={wordings.length > 0 ? [...columns, { head: 'Variant', cell: ({ variant: had }) => had ?? '' }] : columns}
        keyOf={({ enrolmentId }) => enrolmentId}
        empty={<Empty title="Nobody fits">Choose another step or everybody.</Empty>}
      />
    </Page>
  );
}

const letters: readonly NonNullable<Person['variant']>[] = ['a', 'b', 'c', 'd'];

const tones: Partial<Record<Person['standing'], Tone>> = {
  sent: 'good',
  done: 'good',
  bounced: 'bad',
  refused: 'bad',
  unknown: 'warn',
  held: 'warn',
  blocked: 'warn',
};

const columns: readonly Column<Person>[] = [
  {
    head: 'Who',
    cell: ({ contact }) => (
      <Link to="/people/$contactId" params={{ contactId: contact.id }}>
        {contact.name ?? contact.email ?? 'deleted contact'}
      </Link>
    ),
  },
  { head: 'Company', cell: ({ contact }) => contact.company ?? '' },
  {
    head: 'Got it',
    cell: ({ got, standing }) => <State tone={tones[standing] ?? 'quiet'}>{got ? 'yes' : `no: ${inWords(standing)}`}</State>,
  },
  {
    head: 'Why',
    cell: ({ because, optedOut }) => (
      <>
        {reasonOf(because)}
        {optedOut && <div>has opted out</div>}
      </>
    ),
  },
  { head: 'When', cell: ({ at }) => <When at={at} /> },
  { head: 'Next', cell: ({ nextAt }) => (nextAt === null ? <When at={null} /> : <Next at={nextAt} />) },
];
