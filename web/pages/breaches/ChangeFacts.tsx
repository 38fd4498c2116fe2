import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import type { Incident } from './Clocks.tsx';
import { FactFields, type Facts } from './FactFields.tsx';

/** Facts arrive in pieces: each change is recorded with who made it and when. */
export function ChangeFacts({ incident, isNext = false }: { incident: Incident; isNext?: boolean }) {
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
