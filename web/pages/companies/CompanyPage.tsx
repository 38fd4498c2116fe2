import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, type Row } from '../../api.ts';
import { nameOf } from '../../parts/ContactPicker.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { inWords, State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { EditCompany } from './EditCompany.tsx';

/** A company: what is known of it, its people, and what they got and answered. */
export function CompanyPage() {
  const { companyId } = useParams({ from: '/inside/companies/$companyId' });
  const { data, error } = useQuery({
    queryKey: ['company', companyId],
    queryFn: () => ask('get', '/companies/{companyId}', { params: { companyId } }),
  });
  const people = useRows('/contacts', { query: { companyId } });
  const touches = useRows('/companies/{companyId}/touches', { params: { companyId }, every: 10_000 });
  if (!data) return <Page title="Company">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  const known: readonly (readonly [string, string | null])[] = [
    ['Domain', data.domain],
    ['Industry', data.industry],
    ['About', data.about],
  ];
  return (
    <Page title={data.name} actions={<EditCompany company={data} />}>
      <Facts facts={known.filter(([, fact]) => Boolean(fact))} />
      <section aria-label="People">
        <Title order={2} mb="xs">
          People
        </Title>
        <Listing
          label={`People of ${data.name}`}
          list={people}
          columns={peopleColumns}
          keyOf={({ id }) => id}
          empty={<Empty title="Nobody is known here">Import a file, or set the company of a contact.</Empty>}
        />
      </section>
      <section aria-label="Touches">
        <Title order={2} mb="xs">
          What they got and answered
        </Title>
        <Listing
          label="Touches"
          list={touches}
          columns={touchColumns}
          keyOf={({ kind, id }) => `${kind} ${id}`}
          empty={<Empty title="Nothing yet">Messages, calls and replies of all its people stand here, the newest first.</Empty>}
        />
      </section>
    </Page>
  );
}

const peopleColumns: readonly Column<Row<'/contacts'>>[] = [
  {
    head: 'Name',
    cell: (contact) => (
      <Link to="/people/$contactId" params={{ contactId: contact.id }}>
        {nameOf(contact)}
      </Link>
    ),
  },
  { head: 'Title', cell: ({ title }) => title },
  { head: 'E-mail', cell: ({ email, phone }) => email ?? phone },
  { head: 'May be written to', cell: ({ suppressed }) => (suppressed ? <State tone="warn">no, opted out</State> : 'yes') },
];

type Touch = Row<'/companies/{companyId}/touches'>;

const touchColumns: readonly Column<Touch>[] = [
  { head: 'When', cell: ({ at }) => <When at={at} /> },
  {
    head: 'Who',
    cell: ({ contactId, contactName }) => (
      <Link to="/people/$contactId" params={{ contactId }}>
        {contactName}
      </Link>
    ),
  },
  { head: 'What', cell: (touch) => whatOf(touch) },
  { head: 'Step', numeric: true, cell: ({ step }) => (step === null ? '' : step + 1) },
];

function whatOf({ kind, what }: Touch): string {
  if (kind === 'received') return `they sent: ${inWords(what)}`;
  return `${kind === 'task' ? '' : 'message '}${inWords(what)}`;
}
