import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, type Row } from '../api.ts';
import { useRows } from './pages.ts';

type Contact = Row<'/contacts'>;

/** Chooses one contact by a few letters of the name, address or company. */
export function ContactPicker({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (contactId: string | undefined) => void;
}) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const { rows = [] } = useRows('/contacts', { query: { search: search || undefined, limit: 20 } });
  const chosen = useQuery({
    queryKey: ['contact', value],
    queryFn: () => ask('get', '/contacts/{contactId}', { params: { contactId: value ?? '' } }),
    enabled: value !== undefined,
  }).data;
  const known = chosen && !rows.some(({ id }) => id === chosen.id) ? [chosen, ...rows] : rows;
  return (
    <Select
      label={label}
      placeholder="Type a name or an address"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      onSearchChange={(text) => setTyped(known.some((contact) => nameOf(contact) === text) ? '' : text)}
      filter={({ options }) => options} // the API has searched already
      nothingFoundMessage="Nobody fits"
      data={known.map((contact) => ({ value: contact.id, label: nameOf(contact) }))}
    />
  );
}

/** What a person is called in the console: the name, else the address, else the phone. */
export function nameOf({
  firstName,
  lastName,
  email,
  phone,
}: Pick<Contact, 'firstName' | 'lastName' | 'email' | 'phone'>): string {
  const name = `${firstName} ${lastName}`.trim();
  return name === '' ? (email ?? phone ?? 'without a name') : name;
}
