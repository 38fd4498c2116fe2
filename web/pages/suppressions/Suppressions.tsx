import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { inWords } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { AddSuppression } from './AddSuppression.tsx';
import { Batches } from './Batches.tsx';
import { ImportSuppressions } from './ImportSuppressions.tsx';

type Suppression = Row<'/suppressions'>;

const bases: Readonly<Record<Suppression['basis'], string>> = {
  one_click: 'clicked unsubscribe',
  page: 'asked on the page',
  mailto: 'wrote to unsubscribe',
  reply: 'asked in a reply',
  bounce: 'the address bounced',
  complaint: 'complained',
  rep: 'entered by a user',
  import: 'imported',
  api: 'came over the API',
};

const columns: readonly Column<Suppression>[] = [
  { head: 'Who', cell: (suppression) => <Who suppression={suppression} /> },
  { head: 'Why', sort: 'why', cell: ({ basis }) => bases[basis] },
  {
    head: 'Gets no',
    cell: ({ channel }) => (channel === 'all' ? 'e-mail, no calls' : inWords(channel).replace('email', 'e-mail')),
  },
  { head: 'From', cell: ({ sequenceId }) => (sequenceId === null ? 'anything' : 'one sequence') },
  { head: 'Asked', sort: 'asked', cell: ({ askedAt }) => <When at={askedAt} /> },
];

export function Suppressions() {
  const { search, basis, sort } = useSearch({ from: '/inside/suppressions' });
  const [isAdding, adding] = useDisclosure(false);
  const [isImporting, importing] = useDisclosure(false);
  const may = useMay();
  const list = useRows('/suppressions', { query: { search, basis: basis as Suppression['basis'] | undefined, sort } });
  const actions = (
    <>
      {may('suppressions.export') && <Download path="/suppressions/export" />}
      {may('suppressions.export') && <Download path="/suppressions/export" query={{ as: 'hashes' }} label="Export hashes" />}
      {may('suppressions.write') && (
        <>
          <Button variant="default" onClick={importing.open}>
            Import CSV
          </Button>
          <Button onClick={adding.open}>Suppress somebody</Button>
        </>
      )}
    </>
  );
  return (
    <ListPage
      title="Suppressions"
      about="Who is never written to. Only keyed hashes are kept, so look for a whole address or domain."
      actions={actions}
      search="Look for an address or domain"
      filters={
        <FilterField
          name="basis"
          label="Why"
          all="for any reason"
          choices={Object.entries(bases).map(([value, label]) => ({ value, label }))}
        />
      }
      list={list}
      columns={columns}
      keyOf={({ hash, channel, sequenceId }) => `${hash} ${channel} ${sequenceId ?? ''}`}
      isFiltered={Boolean(search || basis)}
      misfit="Nobody fits"
      hint="Nothing says that this address or domain asked not to be written to."
      empty={
        <Empty title="Nobody is suppressed yet">
          Whoever unsubscribes, bounces for good or asks in words stands here at once. If you have a list of opt-outs from another
          tool, import it before your first launch.
        </Empty>
      }
    >
      <Batches />
      <AddSuppression isOpen={isAdding} close={adding.close} />
      <ImportSuppressions isOpen={isImporting} close={importing.close} />
    </ListPage>
  );
}

function Who({ suppression: { contact, domain, kind, hash } }: { suppression: Suppression }) {
  if (kind === 'domain') return domain === null ? <Hash hash={hash} what="domain" /> : <>everybody at {domain}</>;
  if (!contact) return <Hash hash={hash} what="address" />;
  return (
    <Link to="/people/$contactId" params={{ contactId: contact.id }}>
      {contact.name ?? contact.email}
    </Link>
  );
}

function Hash({ hash, what }: { hash: string; what: string }) {
  return <span title={hash}>{what}, kept as a hash only</span>;
}
