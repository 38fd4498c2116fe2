import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { CallOutcome } from './CallOutcome.tsx';
import type { QueuedCall } from './queue.ts';

type Answer = Reply<'post', '/calls/clearance'>;

/** One person to call. The number is shown only once the call has been cleared and dialled. */
export function CallCard({ call }: { call: QueuedCall }) {
  const { taskId, contact, title, instructions, note, isOpen, state, opensAt, closesAt, because } = call;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const { save, isSaving, error } = useSaving(() => clearAndDial(taskId), setAnswer);
  const name = contact.name ?? 'without a name';
  return (
    <Stack className="panel" gap="xs" component="article" aria-label={`${title}: ${name}`}>
      <Group justify="space-between">
        <strong>
          {title}:{' '}
          <Link to="/people/$contactId" params={{ contactId: contact.id }}>
            {name}
          </Link>
          {contact.company && `, ${contact.company}`}
        </strong>
        <span>
          {isOpen ? (
            <>
              until <When at={closesAt} />
            </>
          ) : (
            opensAt !== null && (
              <>
                opens <When at={opensAt} />
              </>
            )
          )}
        </span>
      </Group>
      {!isOpen && because && <Text c="dimmed">{because}</Text>}
      {instructions && <p className="words">{instructions}</p>}
      {note && <p className="words">{note}</p>}
      <ProblemNote error={error} />
      <div role="status">{answer && <Answered answer={answer} />}</div>
      {state === 'not_cleared' && isOpen && (
        <Group>
          <Button loading={isSaving} onClick={() => save()}>
            Call
          </Button>
        </Group>
      )}
      <CallOutcome taskId={taskId} wasDialled={state === 'open'} />
    </Stack>
  );
}

/** Asks at the moment of dialling, and redeems at once: the clearance would hold for ten seconds only. */
async function clearAndDial(taskId: string): Promise<Answer> {
  const clearance = await ask('post', '/calls/clearance', { body: { taskId } });
  if (clearance.state !== 'cleared') return clearance;
  return ask('post', '/calls/clearance/{clearanceId}/dial', { params: { clearanceId: clearance.id } });
}

function Answered({ answer: { state, number, detail, citation } }: { answer: Answer }) {
  if (state === 'dialled' && number !== null) return <a href={`tel:${number}`}>Dial {number}</a>;
  return (
    <>
      <State tone="bad">must not be called now</State> {detail} <Text c="dimmed">{citation}</Text>
    </>
  );
}
