import { Button, Group, List, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import type { Incident } from './Clocks.tsx';

type Notice = Reply<'get', '/breaches/{incidentId}/notices'>;

/** The letters as they would leave, with what they lack and must not say; an approval is of what was seen. */
export function Approve({ incident, isNext = false }: { incident: Incident; isNext?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const [place, setPlace] = useState('');
  const { data: notice, error } = useQuery({
    queryKey: ['/breaches/notice', incident.id, incident.revision, place],
    queryFn: () => ask('get', '/breaches/{incidentId}/notices', { params: { incidentId: incident.id }, query: { place } }),
    enabled: isOpen,
  });
  return (
    <>
      <Button variant={isNext ? 'filled' : 'default'} onClick={() => setOpen(true)}>
        Read and approve the notice
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="The notice to the users" size="xl">
        <Stack>
          <ProblemNote error={error} />
          {incident.noticeAt !== null && (
            <Text>
              Without approval it leaves as it stands <When at={incident.noticeAt} absolute />.
            </Text>
          )}
          <NativeSelect
            label="Letter"
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            data={[{ value: '', label: 'The general letter' }, ...(notice?.places ?? [])]}
          />
          {notice ? (
            <Letter key={`${place}/${notice.revision}`} incident={incident} notice={notice} close={() => setOpen(false)} />
          ) : (
            <Waiting />
          )}
        </Stack>
      </Modal>
    </>
  );
}

function Letter({ incident, notice, close }: { incident: Incident; notice: Notice; close: () => void }) {
  const [text, setText] = useState(notice.text);
  const params = { incidentId: incident.id };
  const { audience, place, subject, revision } = notice;
  const editing = useSaving((words: { subject: string; text: string } | null) =>
    ask('put', '/breaches/{incidentId}/notices', { params, body: { audience, place, words } }),
  );
  const approving = useSaving(() => ask('post', '/breaches/{incidentId}/approve', { params, body: { revision } }), close);
  const isChanged = text !== notice.text;
  return (
    <Stack>
      <ProblemNote error={editing.error ?? approving.error} />
      {notice.findings.length > 0 && (
        <List aria-label="What is wrong with it">
          {notice.findings.map(({ kind, what }) => (
            <List.Item key={kind + what}>
              {kind === 'missing' ? 'Missing: ' : 'The law forbids: '}
              {what}
            </List.Item>
          ))}
        </List>
      )}
      <Textarea label={subject} autosize maxRows={20} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Group justify="flex-end">
        {notice.isEdited && (
          <Button variant="default" onClick={() => editing.save(null)}>
            Write it from the facts again
          </Button>
        )}
        <Button
          variant="default"
          disabled={!isChanged}
          loading={editing.isSaving}
          onClick={() => editing.save({ subject, text })}
        >
          Keep these words
        </Button>
        <Button disabled={isChanged} loading={approving.isSaving} onClick={() => approving.save()}>
          Approve all letters: {counted(incident.progress.owed, 'person', 'people')} told now
        </Button>
      </Group>
      {incident.approvalsNeeded > 1 && (
        <Text>
          {incident.approvedBy.length} of {incident.approvalsNeeded} officers have approved this.
        </Text>
      )}
    </Stack>
  );
}
