import { Button, Group, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Body } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { Saving } from '../../parts/saving.ts';

const fields = [
  ['email', 'E-mail address'],
  ['phone', 'Phone'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['companyName', 'Company'],
  ['title', 'Title'],
  ['city', 'City'],
  ['state', 'State'],
  ['country', 'Country'],
  ['zone', 'Time zone, like America/Chicago'],
] as const;

export type ContactDraft = Record<(typeof fields)[number][0], string> & { tags: string[] };

export const blankContact: ContactDraft = {
  email: '',
  phone: '',
  firstName: '',
  lastName: '',
  companyName: '',
  title: '',
  city: '',
  state: '',
  country: '',
  zone: '',
  tags: [],
};

/** What can be empty is null in the record, not a blank. */
export function contactBody({ email, phone, zone, ...rest }: ContactDraft): Body<'patch', '/contacts/{contactId}'> {
  return { ...rest, email: email.trim() || null, phone: phone.trim() || null, zone: zone.trim() || null };
}

export function ContactForm({
  contact,
  label,
  saving,
  close,
}: {
  contact: ContactDraft;
  label: string;
  saving: Saving<ContactDraft>;
  close: () => void;
}) {
  const [draft, setDraft] = useState(contact);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.save(draft);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={saving.error} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {fields.map(([name, caption], index) => (
            <TextInput
              key={name}
              label={caption}
              {...(index === 0 && { 'data-autofocus': true })}
              value={draft[name]}
              onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
              error={saving.fault(`/${name}`)}
            />
          ))}
        </SimpleGrid>
        <TagsInput label="Tags" value={draft.tags} onChange={(tags) => setDraft({ ...draft, tags })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={saving.isSaving}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
