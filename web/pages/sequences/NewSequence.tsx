import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { blankDefinition } from './draft.ts';
import { Steps } from './Steps.tsx';
import { useFindings } from './useFindings.ts';
import { WindowFields } from './WindowFields.tsx';

export function NewSequence() {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [definition, setDefinition] = useState(blankDefinition);
  const { findings, faultsAt } = useFindings(definition);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/sequences', { body: { name, definition } }),
    ({ id }) => void navigate({ to: '/sequences/$sequenceId', params: { sequenceId: id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Page
      title="Write a sequence"
      about="Once it is saved you can see it as one of your contacts would, and send a test to yourself."
    >
      <form onSubmit={submit}>
        <Stack maw={760}>
          <ProblemNote error={error} />
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fault('/name')}
          />
          <WindowFields
            window={definition.window}
            isReadOnly={false}
            onChange={(window) => setDefinition({ ...definition, window })}
          />
          <Steps
            steps={definition.steps}
            findings={findings}
            faultsAt={faultsAt}
            isReadOnly={false}
            onChange={(steps) => setDefinition({ ...definition, steps })}
          />
          <Group>
            <Button type="submit" loading={isSaving}>
              Save the sequence
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
