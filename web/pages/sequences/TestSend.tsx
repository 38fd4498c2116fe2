import { Button, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useSaving } from '../../parts/saving.ts';
import { useSession } from '../../shell/session.ts';

/** Sends one step to oneself, written for the contact, over a mailbox one may use. */
export function TestSend({
  sequenceId,
  contactId,
  stepId,
  variant,
  version,
}: {
  sequenceId: string;
  contactId: string;
  stepId: string;
  variant: NonNullable<Body<'post', '/sequences/{sequenceId}/test-send'>['variant']>;
  version: number;
}) {
  const { user } = useSession();
  const { rows } = useRows('/mailboxes');
  const usable = (rows ?? []).filter(({ kind, ownerId }) => kind === 'relay' || user.role === 'owner' || ownerId === user.id);
  const [chosen, setChosen] = useState('');
  const mailboxId = chosen || (usable[0]?.id ?? '');
  const [answer, setAnswer] = useState('');
  const { save, isSaving, error } = useSaving(
    () =>
      ask('post', '/sequences/{sequenceId}/test-send', {
        params: { sequenceId },
        body: { contactId, stepId, variant, mailboxId, version },
      }),
    ({ accepted, to, answer: said }) => setAnswer(accepted ? `Sent to ${to}.` : `Not sent: ${said}`),
  );
  if (usable.length === 0) return null;
  return (
    <Group gap="xs">
      {usable.length > 1 && (
        <NativeSelect
          aria-label="Over which mailbox"
          size="xs"
          value={mailboxId}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={usable.map(({ id, address }) => ({ value: id, label: address }))}
        />
      )}
      <Button variant="default" size="xs" onClick={() => save()} loading={isSaving}>
        Send a test to me
      </Button>
      <span role="status">{answer}</span>
      <ProblemNote error={error} />
    </Group>
  );
}
