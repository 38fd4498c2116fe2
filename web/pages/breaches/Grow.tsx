import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { useRows } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** More people turn out to be affected: whoever is in already stays, only the new ones are told. */
export function Grow({ incidentId }: { incidentId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Add people
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Who else is affected">
        {isOpen && <Form incidentId={incidentId} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ incidentId, close }: { incidentId: string; close: () => void }) {
  const lists = useRows('/lists');
  const [chosen, setChosen] = useState('contacts');
  const scope: Body<'post', '/breaches/{incidentId}/scopes'> =
    chosen === 'contacts' || chosen === 'users' ? { kind: chosen } : { kind: 'list', listId: chosen };
  const { save, isSaving, error } = useSaving(
    () => ask('post', '/breaches/{incidentId}/scopes', { params: { incidentId }, body: scope }),
    close,
  );
  return (
    <Stack>
      <ProblemNote error={error} />
      <NativeSelect
        label="People"
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          { value: 'contacts', label: 'All contacts' },
          { value: 'users', label: 'The users of this workspace' },
          ...(lists.rows ?? []).map(({ id, name, people }) => ({ value: id, label: `The list ${name} (${people})` })),
        ]}
      />
      <Group justify="flex-end">
        <Button loading={isSaving} onClick={() => save()}>
          Add them
        </Button>
      </Group>
    </Stack>
  );
}
