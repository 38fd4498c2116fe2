import { Button, Group, Stack, Textarea, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import type { Session } from '../../shell/session.ts';

export function Profile({ user }: { user: Session['user'] }) {
  const [draft, setDraft] = useState({ name: user.name, zone: user.zone, signature: user.signature });
  const [isSaved, setSaved] = useState(false);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('patch', '/profile', { body: draft }),
    () => setSaved(true),
  );
  const change = (part: Partial<typeof draft>) => {
    setSaved(false);
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit} aria-labelledby="you">
      <Stack maw={640} className="panel">
        <Title order={2} id="you">
          You
        </Title>
        <ProblemNote error={error} />
        <TextInput
          label="Your name"
          required
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={fault('/name')}
        />
        <TextInput
          label="Your time zone"
          required
          value={draft.zone}
          onChange={(event) => change({ zone: event.currentTarget.value })}
          error={fault('/zone')}
        />
        <Textarea
          label="Your signature"
          description="Stands below each message that goes from your mailbox"
          autosize
          minRows={3}
          value={draft.signature}
          onChange={(event) => change({ signature: event.currentTarget.value })}
          error={fault('/signature')}
        />
        <Group>
          <Button type="submit" variant="default" loading={isSaving}>
            Save yours
          </Button>
          <span role="status">{isSaved ? 'Saved.' : ''}</span>
        </Group>
      </Stack>
    </form>
  );
}
