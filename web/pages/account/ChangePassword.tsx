import { Button, Group, PasswordInput, Stack, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { NewPassword } from './NewPassword.tsx';

const blank = { present: '', next: '' };

export function ChangePassword({ hasSecondFactor }: { hasSecondFactor: boolean }) {
  const [draft, setDraft] = useState(blank);
  const [isSaved, setSaved] = useState(false);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('put', '/account/password', { body: draft }),
    () => {
      setDraft(blank);
      setSaved(true);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit} aria-labelledby="password">
      <Stack maw={640} className="panel">
        <Title order={2} id="password">
          Password
        </Title>
        <ProblemNote error={error} />
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          required
          value={draft.present}
          onChange={(event) => setDraft({ ...draft, present: event.currentTarget.value })}
        />
        <NewPassword
          value={draft.next}
          change={(next) => setDraft({ ...draft, next })}
          error={fault('/next')}
          least={hasSecondFactor ? 8 : 15}
        />
        <Group>
          <Button type="submit" variant="default" loading={isSaving}>
            Change the password
          </Button>
          <span role="status">{isSaved ? 'Changed. Your other sessions have ended.' : ''}</span>
        </Group>
      </Stack>
    </form>
  );
}
