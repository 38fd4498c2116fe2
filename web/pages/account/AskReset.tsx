import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Outside } from './Outside.tsx';

export function AskReset() {
  const [email, setEmail] = useState('');
  const [isSent, setSent] = useState(false);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/password-resets', { body: { email } }),
    () => setSent(true),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Outside title="A new password" about="A letter goes to your address; with its link you choose another password.">
      {isSent ? (
        <p role="status">If somebody logs in with {email}, a letter is on its way. Its link is good for one hour.</p>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <ProblemNote error={error} />
            <TextInput
              label="E-mail address"
              type="email"
              autoComplete="username"
              autoFocus
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              error={fault('/email')}
            />
            <Button type="submit" loading={isSaving}>
              Send the letter
            </Button>
          </Stack>
        </form>
      )}
    </Outside>
  );
}
