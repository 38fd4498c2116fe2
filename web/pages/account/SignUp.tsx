import { Button, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Outside } from './Outside.tsx';

const blank = { name: '', email: '', company: '', phone: '', state: '', zipCodes: [] as string[], cities: [] as string[] };

/** Asks for a workspace. Nothing is made yet: the letter's link does that, and with it the password is chosen. */
export function SignUp() {
  const [draft, setDraft] = useState(blank);
  const [sentTo, setSentTo] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/sign-ups', { body: { ...draft, state: draft.state.trim().toUpperCase() } }),
    () => setSentTo(draft.email),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const words = (name: 'name' | 'email' | 'company' | 'phone' | 'state') => ({
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => setDraft({ ...draft, [name]: event.currentTarget.value }),
    error: fault(`/${name}`),
  });
  const tags = (name: 'zipCodes' | 'cities') => ({
    value: draft[name],
    onChange: (value: string[]) => setDraft({ ...draft, [name]: value }),
  });
  if (sentTo !== '') {
    return (
      <Outside title="Look into your mail">
        <p role="status">A letter is on its way to {sentTo}. Its link opens the workspace and is good for 24 hours.</p>
      </Outside>
    );
  }
  return (
    <Outside title="Open a workspace" about="A letter goes to your address; its link opens the workspace.">
      <form onSubmit={submit}>
        <Stack>
          <ProblemNote error={error} />
          <TextInput label="Your name" autoComplete="name" autoFocus required {...words('name')} />
          <TextInput label="E-mail address" type="email" autoComplete="email" required {...words('email')} />
          <TextInput label="Company" autoComplete="organization" required {...words('company')} />
          <TextInput label="Phone" type="tel" autoComplete="tel" {...words('phone')} />
          <TextInput label="Territory: state" description="Two letters" maxLength={2} {...words('state')} />
          <TagsInput label="Territory: cities" {...tags('cities')} error={fault('/cities')} />
          <TagsInput
            label="Territory: ZIP codes"
            {...tags('zipCodes')}
            error={fault('/zipCodes') ?? draft.zipCodes.map((_, n) => fault(`/zipCodes/${n}`)).find((said) => said !== undefined)}
          />
          <Group justify="space-between">
            <Button type="submit" loading={isSaving}>
              Send the letter
            </Button>
            <Text>
              <Link to="/log-in">Log in instead</Link>
            </Text>
          </Group>
        </Stack>
      </form>
    </Outside>
  );
}
