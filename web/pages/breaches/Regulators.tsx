import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type Regulator = Reply<'get', '/regulators'>['items'][number];

/** Whom each state wants told, with the address that an officer has found out. */
export function Regulators({ items, isReadOnly }: { items: Regulator[]; isReadOnly: boolean }) {
  const columns: readonly Column<Regulator>[] = [
    { head: 'State', cell: ({ state }) => <strong>{state}</strong> },
    { head: 'Regulator', cell: ({ name }) => name },
    { head: 'How it wants to be told', cell: ({ channel }) => channel || '–' },
    {
      head: 'Address',
      cell: (regulator) => (isReadOnly ? (regulator.email ?? '–') : <Address regulator={regulator} />),
    },
  ];
  return (
    <Listing
      label="Regulators"
      list={allOf(items)}
      columns={columns}
      keyOf={({ state, name }) => `${state} ${name}`}
      empty={null}
    />
  );
}

function Address({ regulator: { state, name, email: known } }: { regulator: Regulator }) {
  const [email, setEmail] = useState(known ?? '');
  const { save, isSaving, error, fault } = useSaving(() =>
    ask('put', '/regulators/{state}/email', { params: { state }, body: { name, email: email || null } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <ProblemNote error={error} />
      <Group gap="xs" wrap="nowrap">
        <TextInput
          type="email"
          aria-label={`Address of ${name}, ${state}`}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={fault('/email')}
        />
        <Button type="submit" size="xs" variant="default" loading={isSaving} disabled={email === (known ?? '')}>
          Keep
        </Button>
      </Group>
    </form>
  );
}
