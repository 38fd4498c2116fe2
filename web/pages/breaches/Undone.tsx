import { Button, Group, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { ask, type Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { inWords, State } from '../../parts/State.tsx';
import { useMay } from '../../shell/session.ts';
import type { Incident } from './Clocks.tsx';

/** People whom e-mail does not or must not reach: the mail house's file, and a note for each who was told otherwise. */
export function Undone({ incident }: { incident: Incident }) {
  const may = useMay();
  const list = useRows('/breaches/{incidentId}/people', {
    params: { incidentId: incident.id },
    query: { notice: 'undone' },
    every: 10_000,
  });
  return (
    <section aria-label="To be told by other means" id="undone">
      <Group justify="space-between">
        <Title order={2}>To be told by other means</Title>
        {may('breaches.write') && <a href={`/v1/breaches/${incident.id}/post.csv`}>File for the mail house</a>}
      </Group>
      <Listing
        label="People to be told by other means"
        list={list}
        keyOf={({ personId }) => personId}
        columns={[
          { head: 'Person', cell: ({ name, email }) => name ?? email ?? 'deleted' },
          { head: 'Why', cell: ({ notice, answer }) => <State tone="warn">{`${inWords(notice)} ${answer ?? ''}`}</State> },
          {
            head: 'Told',
            cell: (person) => may('breaches.write') && <Told incidentId={incident.id} person={person} />,
          },
        ]}
        empty={<Empty title="Nobody is left" />}
      />
    </section>
  );
}

function Told({ incidentId, person }: { incidentId: string; person: Row<'/breaches/{incidentId}/people'> }) {
  const [note, setNote] = useState('');
  const { save, isSaving, error } = useSaving(() =>
    ask('post', '/breaches/{incidentId}/people/{personId}/told', {
      params: { incidentId, personId: person.personId },
      body: { note },
    }),
  );
  return (
    <Group gap="xs">
      <ProblemNote error={error} />
      <TextInput
        aria-label="How the person was told"
        placeholder="Letter of …"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" disabled={note.trim() === ''} loading={isSaving} onClick={() => save()}>
        Was told
      </Button>
    </Group>
  );
}
