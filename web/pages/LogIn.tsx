import { Button, Container, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, Refusal } from '../api.ts';
import { Page } from '../parts/Page.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useSaving } from '../parts/saving.ts';
import { isOwnAddress } from '../shell/ownAddress.ts';
import { sessionQuery } from '../shell/session.ts';

export function LogIn() {
  const { from } = useSearch({ from: '/log-in' });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [isCodeWanted, setCodeWanted] = useState(false);
  const { save, isSaving, error } = useSaving(
    async () => {
      try {
        return await ask('post', '/session', { body: { email, password, ...(code !== '' && { code }) } });
      } catch (refusal) {
        if (refusal instanceof Refusal && refusal.document.type.endsWith('#second-factor-wanted')) setCodeWanted(true);
        throw refusal;
      }
    },
    (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      void navigate({ to: isOwnAddress(from) ? from : '/', replace: true });
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Container size={420} py={64} component="main">
      <Page title="Log in to Decorum">
        <form onSubmit={submit}>
          <Stack>
            <ProblemNote error={isCodeWanted && code === '' ? null : error} />
            <TextInput
              label="E-mail address"
              type="email"
              autoComplete="username"
              autoFocus
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {isCodeWanted && (
              <TextInput
                label="Code of your authenticator app, or a recovery code"
                autoComplete="one-time-code"
                autoFocus
                required
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            )}
            <Button type="submit" loading={isSaving}>
              Log in
            </Button>
            <Group justify="space-between">
              <Link to="/reset">Forgotten the password?</Link>
              <Link to="/sign-up">Open a workspace</Link>
            </Group>
          </Stack>
        </form>
      </Page>
    </Container>
  );
}
