import { Button, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { Missing } from '../../shell/Broken.tsx';
import { type Session, sessionQuery } from '../../shell/session.ts';
import { NewPassword } from './NewPassword.tsx';
import { Outside, tokenOfLetter, zoneHere } from './Outside.tsx';

type LetterLink = Reply<'post', '/letter-links'>;

const titles = { sign_up: 'Open your workspace', invitation: 'Accept the invitation', reset: 'Choose a new password' };

/** The page behind the link of a letter: who one is and for what, and the password that is chosen. */
export function FollowLink() {
  const [token] = useState(tokenOfLetter);
  const { data, error } = useQuery({
    queryKey: ['letter link', token],
    queryFn: () => ask('post', '/letter-links', { body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (error) {
    return (
      <Outside title="This link does not work">
        <ProblemNote error={error} />
        <p>
          <Link to="/reset">Ask for a new password</Link> or <Link to="/sign-up">open a workspace</Link>.
        </p>
      </Outside>
    );
  }
  if (!data) return <Waiting />;
  return data.kind === 'new_email' ? <Missing /> : <Choose token={token} link={data} kind={data.kind} />;
}

function Choose({ token, link, kind }: { token: string; link: LetterLink; kind: keyof typeof titles }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    async (): Promise<Session | null> => {
      if (kind === 'sign_up') return ask('post', '/sign-ups/confirm', { body: { token, password, zone: zoneHere } });
      if (kind === 'invitation') return ask('post', '/invitations/accept', { body: { token, name, password, zone: zoneHere } });
      await ask('post', '/password-resets/confirm', { body: { token, password } });
      return null;
    },
    (session) => void goOn(session),
  );
  async function goOn(session: Session | null): Promise<void> {
    if (session === null) return navigate({ to: '/log-in', search: {}, replace: true });
    await queries.fetchQuery({ ...sessionQuery, staleTime: 0 }); // with it comes the CSRF token of the new session
    await navigate({ to: '/', replace: true });
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Outside title={titles[kind]} about={`${link.workspace}, ${link.email}`}>
      <form onSubmit={submit}>
        <Stack>
          <ProblemNote error={error} />
          <TextInput label="E-mail address" autoComplete="username" value={link.email} readOnly />
          {kind === 'invitation' && (
            <TextInput
              label="Your name"
              autoComplete="name"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={fault('/name')}
            />
          )}
          <NewPassword value={password} change={setPassword} error={fault('/password')} />
          <Button type="submit" loading={isSaving}>
            {kind === 'reset' ? 'Save the password' : 'Go on'}
          </Button>
        </Stack>
      </form>
    </Outside>
  );
}
