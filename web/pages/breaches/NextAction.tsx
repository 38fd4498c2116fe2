import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay, useSession } from '../../shell/session.ts';
import { Approve } from './Approve.tsx';
import { AskHold } from './AskHold.tsx';
import type { Incident } from './Clocks.tsx';
import { FactFields, type Facts } from './FactFields.tsx';
import { FileLine } from './FileLine.tsx';
import { Grow } from './Grow.tsx';

/** The one thing to do now; what else can be done stands with what it is about. */
export function NextAction({ incident }: { incident: Incident }) {
  const may = useMay();
  const { user } = useSession();
  if (!may('breaches.write') || incident.state === 'closed') return null;
  const { next, holds, lines } = incident;
  const line = lines.find(({ id }) => id === next.lineId);
  const hold = holds.find(({ confirmedAt }) => confirmedAt === null);
  return (
    <section aria-label="Next" className="panel">
      <Group>
        {next.action === 'confirm_hold' && hold && (
          <>
            <Text>
              {hold.askedBy === user.id ? 'Another officer must confirm: ' : 'Confirm: '}
              {hold.kind.replaceAll('_', ' ')}, {hold.reason}
            </Text>
            {hold.askedBy !== user.id && (
              <Confirm
                label="Put it in force"
                title="Put this in force?"
                act={() =>
                  ask('post', '/breaches/{incidentId}/holds/{holdId}/confirm', {
                    params: { incidentId: incident.id, holdId: hold.id },
                  })
                }
              >
                {hold.reason}
              </Confirm>
            )}
          </>
        )}
        {next.action === 'facts' && <Text>Next: say what is missing ({incident.missing.join('; ')}).</Text>}
        {next.action === 'approve' && <Text>Next: read the notice and approve it.</Text>}
        {next.action === 'file' && line && (
          <>
            <Text>
              Next: tell {line.recipient} of {line.state}.
            </Text>
            <FileLine incidentId={incident.id} line={line} />
          </>
        )}
        {next.action === 'people' && <Text>Next: find another way to the people whom e-mail does not reach, below.</Text>}
        {next.action === 'wait' && <Text>Nothing to do but wait.</Text>}
        {next.action === 'close' && (
          <>
            <Text>Every promise has been kept or waived.</Text>
            <Confirm
              label="Close the incident"
              title="Close the incident?"
              act={() => ask('post', '/breaches/{incidentId}/close', { params: { incidentId: incident.id } })}
            >
              Its record stays as it is from then on.
            </Confirm>
          </>
        )}
        <Grow incidentId={incident.id} />
        <AskHold incidentId={incident.id} />
        <ChangeFacts incident={incident} isNext={next.action === 'facts'} />
        {incident.noticeStartedAt === null && <Approve incident={incident} isNext={next.action === 'approve'} />}
      </Group>
    </section>
  );
}

function ChangeFacts({ incident, isNext }: { incident: Incident; isNext: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant={isNext ? 'filled' : 'default'} onClick={() => setOpen(true)}>
        Add or correct facts
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="What is known" size="lg">
        {isOpen && <Change incident={incident} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Change({ incident, close }: { incident: Incident; close: () => void }) {
  const [facts, setFacts] = useState<Partial<Facts>>({});
  const [reason, setReason] = useState('');
  const { save, isSaving, error } = useSaving(
    () => ask('post', '/breaches/{incidentId}/facts', { params: { incidentId: incident.id }, body: { facts, reason } }),
    close,
  );
  return (
    <Stack>
      <ProblemNote error={error} />
      <FactFields facts={{ ...incident.facts, ...facts }} set={(change) => setFacts((before) => ({ ...before, ...change }))} />
      <Textarea
        label="Reason"
        description="Only with a reason may a date move later, or a duty go."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button loading={isSaving} onClick={() => save()}>
          Record it
        </Button>
      </Group>
    </Stack>
  );
}
