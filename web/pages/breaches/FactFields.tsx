import { Checkbox, Stack, Textarea, TextInput } from '@mantine/core';
import type { Body } from '../../api.ts';

export type Facts = Body<'post', '/breaches'>['facts'];
type Words = 'happened' | 'nature' | 'otherData' | 'systems' | 'steps' | 'advice' | 'contact';

const words: readonly { name: Words; label: string; description?: string }[] = [
  { name: 'nature', label: 'What happened' },
  { name: 'happened', label: 'When it happened', description: 'A date, or a range that is an estimate.' },
  { name: 'otherData', label: 'Other categories of data' },
  { name: 'systems', label: 'Which systems' },
  { name: 'steps', label: 'What is being done' },
  { name: 'advice', label: 'What people can do to protect themselves' },
  { name: 'contact', label: 'Whom to ask, with a telephone number' },
];
export const categories: Readonly<Record<NonNullable<Facts['data']>[number], string>> = {
  ssn: 'Social Security numbers',
  driver_licence: 'Driver licence or ID card numbers',
  email_and_password: 'E-mail addresses or user names with passwords',
};
const flags = [
  { name: 'encrypted', label: 'The data were encrypted' },
  { name: 'keySafe', label: 'The key was not taken with them' },
  { name: 'mailboxesLeaked', label: 'The passwords are those of the mailboxes that we would write to' },
  { name: 'nyDfsCoveredEntity', label: 'We are a covered entity of the New York Department of Financial Services' },
  { name: 'isScopeKnown', label: 'Everybody who is affected is known' },
] as const;

/** What is known of an incident; an empty field is what nobody has said yet. */
export function FactFields({ facts, set }: { facts: Partial<Facts>; set: (change: Partial<Facts>) => void }) {
  const data = facts.data ?? [];
  return (
    <Stack>
      {words.map(({ name, label, description }) => {
        const given = {
          label,
          ...(description !== undefined && { description }),
          value: facts[name] ?? '',
        };
        return name === 'happened' || name === 'contact' ? (
          <TextInput key={name} {...given} onChange={(event) => set({ [name]: event.currentTarget.value })} />
        ) : (
          <Textarea key={name} {...given} autosize minRows={2} onChange={(event) => set({ [name]: event.currentTarget.value })} />
        );
      })}
      <Checkbox.Group label="Data that leaked" value={[...data]} onChange={(chosen) => set({ data: chosen })}>
        <Stack gap="xs" mt="xs">
          {Object.entries(categories).map(([value, label]) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
      {flags.map(({ name, label }) => (
        <Checkbox
          key={name}
          label={label}
          checked={facts[name] ?? false}
          onChange={(event) => set({ [name]: event.currentTarget.checked })}
        />
      ))}
    </Stack>
  );
}
