import { Button, Group, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

const blank = { email: '', password: '' };

export function ChangeEmail({ email }: { email: string }) {
  const [draft, setDraft] = useState(blank);
  const [sentTo, setSentTo] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/account/email', { body: draft }),
    () => {
      setSentTo(draft.email);
      setDraft(blank);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit} aria-labelledby="address">
      <Stack maw={640} className="panel">
        <Title order={2} id="address">
          E-mail address
        </Title>
        <div>You log in as {email}.</div>
        <ProblemNote error={error} />
        <TextInput
          label="New address"
          type="email"
          autoComplete="email"
          required
          value={draft.email}
          onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
          error={fault('/email')}
        />
        <PasswordInput
          label="Password, to confirm"
          autoComplete="current-password"
          required
          value={draft.password}
          onChange={(event) => setDraft({ ...draft, password: event.currentTarget.value })}
        />
        <Group>
          <Button type="submit" variant="default" loading={isSaving}>
            Send a letter there
          </Button>
          <span role="status">{sentTo && `A letter is on its way to ${sentTo}: its link makes the change.`}</span>
        </Group>
      </Stack>
    </form>
  );
}
