import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type Filter = Body<'post', '/lists'>['filter'];

/** A list of everybody whom the filter means now; who fits later does not join by itself. */
export function SaveAsList({
  filter,
  people,
  isOpen,
  close,
}: {
  filter: Filter;
  people: number;
  isOpen: boolean;
  close: () => void;
}) {
  return (
    <Modal opened={isOpen} onClose={close} title="Make a list">
      {isOpen && <Form filter={filter} people={people} close={close} />}
    </Modal>
  );
}

function Form({ filter, people, close }: { filter: Filter; people: number; close: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/lists', { body: { name, filter } }),
    () => void navigate({ to: '/lists' }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <Text>
          The list holds the {counted(people, 'person', 'people')} whom you see now. Who fits later does not join by itself.
        </Text>
        <TextInput
          label="Name of the list"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fault('/name')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving}>
            Make the list
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
