import { Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { TaskVerbs } from './TaskVerbs.tsx';

type Task = Row<'/tasks'>;

const kinds: Readonly<Record<Task['kind'], string>> = {
  manual: 'Task',
  call: 'Call',
  reply: 'Reply to answer',
  forward_failed: 'A reply could not be forwarded to you',
  unknown_outcome: 'Did this message arrive?',
  soft_bounces: 'Bounced on three days: go on?',
};

/** One thing to do, with what one must know to do it. */
export function TaskCard({ task }: { task: Task }) {
  const { kind, state, contact, step, sequenceName, dueAt, inbound, launchId } = task;
  return (
    <Stack className="panel" gap="xs" component="article" aria-label={`${kinds[kind]}, ${contact.name ?? contact.email ?? ''}`}>
      <Group justify="space-between">
        <strong>
          {kinds[kind]}
          {step?.title ? `: ${step.title}` : ''}
        </strong>
        <span>
          due <When at={dueAt} />
        </span>
      </Group>
      <Text component="div">
        <Link to="/people/$contactId" params={{ contactId: contact.id }}>
          {contact.name ?? contact.email ?? 'deleted contact'}
        </Link>
        {contact.company && `, ${contact.company}`}
        {contact.phone && state !== 'not_cleared' && `, ${contact.phone}`} · from{' '}
        <Link to="/launches/$launchId" params={{ launchId }}>
          {sequenceName}
        </Link>
      </Text>
      {state === 'not_cleared' && <State>not called yet: each call is checked at the moment of dialling</State>}
      {step?.instructions && <p className="words">{step.instructions}</p>}
      {inbound && (
        <details open={kind === 'reply'}>
          <summary>{inbound.subject || 'What came in'}</summary>
          <p className="words">{inbound.body}</p>
        </details>
      )}
      <TaskVerbs task={task} />
    </Stack>
  );
}
