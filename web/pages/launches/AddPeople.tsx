import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useSaving } from '../../parts/saving.ts';

/** Adds the people of a list to a launch that runs, also of one of its own lists that has grown. */
export function AddPeople({ launchId }: { launchId: string }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        Add people
      </Button>
      <Modal opened={isOpen} onClose={close} title="Add the people of a list">
        {isOpen && <Form launchId={launchId} close={close} />}
      </Modal>
    </>
  );
}

function Form({ launchId, close }: { launchId: string; close: () => void }) {
  const { rows = [] } = useRows('/lists', { query: { limit: 200 } });
  const [listId, setListId] = useState('');
  const { save, isSaving, error } = useSaving(
    () => ask('post', '/launches/{launchId}/lists', { params: { launchId }, body: { listIds: [listId] } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <NativeSelect
          label="List"
          description="Who is in the launch already keeps their place; who is blocked is told with the reason."
          required
          data-autofocus
          value={listId}
          onChange={(event) => setListId(event.currentTarget.value)}
          data={[
            { value: '', label: 'Choose one' },
            ...rows.map(({ id, name, people }) => ({ value: id, label: `${name}, ${counted(people, 'person', 'people')}` })),
          ]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving} disabled={listId === ''}>
            Add them
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
