import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useLegalClock } from '../../shell/legalClock.tsx';
import { FactFields, type Facts } from './FactFields.tsx';

/** The clock has been running since the discovery: only that and a name are asked for, everything else may follow. */
export function NewBreach() {
  const { now } = useLegalClock();
  const navigate = useNavigate();
  const lists = useRows('/lists');
  const [title, setTitle] = useState('');
  const [discovered, setDiscovered] = useState(() => local(new Date(now)));
  const [facts, setFacts] = useState<Partial<Facts>>({});
  const [scope, setScope] = useState('');
  const [isDrill, setDrill] = useState(false);
  const [compression, setCompression] = useState<number | string>(1);
  const scopes: Body<'post', '/breaches'>['scopes'] =
    scope === '' ? [] : scope === 'users' || scope === 'contacts' ? [{ kind: scope }] : [{ kind: 'list', listId: scope }];
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('post', '/breaches', {
        body: {
          title,
          isDrill,
          compression: isDrill ? Number(compression) : 1,
          facts: { ...facts, discoveredAt: new Date(discovered).toISOString() },
          scopes,
        },
      }),
    ({ id }) => void navigate({ to: '/breaches/$incidentId', params: { incidentId: id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Page title="Open an incident" about="The 72 hours run from the discovery. What is not known yet can follow.">
      <form onSubmit={submit}>
        <Stack maw={720}>
          <ProblemNote error={error} />
          <TextInput
            label="Name of the incident"
            required
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={fault('/title')}
          />
          <TextInput
            label="Discovered"
            description="In your time zone."
            type="datetime-local"
            required
            value={discovered}
            onChange={(event) => setDiscovered(event.currentTarget.value)}
            error={fault('/facts/discoveredAt')}
          />
          <Checkbox
            label="This is a drill: notices go to the officers only"
            checked={isDrill}
            onChange={(event) => setDrill(event.currentTarget.checked)}
          />
          {isDrill && (
            <NumberInput
              label="Its clocks run so many times faster"
              min={1}
              max={10_000}
              value={compression}
              onChange={setCompression}
            />
          )}
          <NativeSelect
            label="Who is affected"
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value)}
            data={[
              { value: '', label: 'Unknown yet' },
              { value: 'contacts', label: 'All contacts' },
              { value: 'users', label: 'The users of this workspace' },
              ...(lists.rows ?? []).map(({ id, name, people }) => ({ value: id, label: `The list ${name} (${people})` })),
            ]}
          />
          <FactFields facts={facts} set={(change) => setFacts((before) => ({ ...before, ...change }))} />
          <Group>
            <Button type="submit" loading={isSaving}>
              {isDrill ? 'Begin the drill' : 'Open the incident'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

/** As a field of type datetime-local wants it, to the minute. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
