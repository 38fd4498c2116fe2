import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { reasonOf } from '../../parts/reasons.ts';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';

interface OfStep {
  readonly launchId: string;
  readonly stepId: string;
  /** As the page names it. */
  readonly step: string;
}

/** A list of those who did not get the step, to send to the rest only. */
export function RestList(of: OfStep) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)} aria-label={`List the rest of step ${of.step}`}>
        List the rest
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Who did not get step ${of.step}`}>
        {isOpen && <Look {...of} close={close} />}
      </Modal>
    </>
  );
}

function Look({ close, ...of }: OfStep & { close: () => void }) {
  const { launchId, stepId } = of;
  const { data, error } = useQuery({
    queryKey: ['rest', launchId, stepId],
    queryFn: () => ask('get', '/launches/{launchId}/report/rest', { params: { launchId }, query: { step: stepId } }),
  });
  if (!data) return error ? <ProblemNote error={error} /> : <Waiting what="Counting" />;
  return <Form {...of} rest={data} close={close} />;
}

function Form({
  launchId,
  stepId,
  step,
  rest: { reasons },
  close,
}: OfStep & { rest: Reply<'get', '/launches/{launchId}/report/rest'>; close: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState(`Did not get step ${step}`);
  const [chosen, setChosen] = useState(() =>
    reasons.filter(({ proposed, listable }) => proposed && listable > 0).map(({ because }) => because),
  );
  const meant = reasons.filter(({ because }) => chosen.includes(because));
  const people = meant.reduce((sum, { listable }) => sum + listable, 0);
  const optedOut = reasons.reduce((sum, row) => sum + row.optedOut, 0);
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('post', '/launches/{launchId}/report/list', { params: { launchId }, body: { step: stepId, because: chosen, name } }),
    (list) => void navigate({ to: '/lists', search: { search: list.name } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <Checkbox.Group label="Because" value={chosen} onChange={setChosen}>
          <Stack gap="xs" mt="xs">
            {reasons.map(({ because, listable, people: all }) => (
              <Checkbox
                key={because}
                value={because}
                disabled={listable === 0}
                label={`${reasonOf(because)}: ${listable === all ? all : `${listable} of ${all}`}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label="Name of the list"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fault('/name')}
        />
        <Text role="status">
          {people === 0 ? 'Choose a reason that somebody has.' : `Puts ${counted(people, 'person', 'people')} on a list.`}
          {optedOut > 0 && ` ${counted(optedOut, 'person', 'people')} who asked not to be written to stay off it.`}
          {' Nothing is sent by this.'}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving} disabled={people === 0}>
            Make the list
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
