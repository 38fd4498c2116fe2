import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { centsOf } from './money.ts';

const blank = { number: '', kind: 'charge', customer: '', occurredOn: '', description: '', net: '', tax: '0', processorId: '' };

export function RecordTransaction({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Record a transaction">
      {isOpen && <Fields close={close} />}
    </Modal>
  );
}

/** One item in dollars, which is what is sold; the API takes many, and any currency. */
function Fields({ close }: { close: () => void }) {
  const [draft, setDraft] = useState(blank);
  const [isTried, setTried] = useState(false);
  const { save, isSaving, error, fault } = useSaving(
    ({ netCents, taxCents }: { netCents: number; taxCents: number }) =>
      ask('post', '/billing/transactions', {
        body: {
          number: draft.number,
          kind: draft.kind === 'refund' ? 'refund' : 'charge',
          customer: draft.customer,
          occurredOn: draft.occurredOn,
          currency: 'USD',
          items: [{ description: draft.description, quantity: 1, amountCents: netCents }],
          taxCents,
          processorId: draft.processorId,
        },
      }),
    close,
  );
  const [netCents, taxCents] = [centsOf(draft.net), centsOf(draft.tax)];
  const field = (name: keyof typeof blank, label: string, pointer = `/${name}`) => ({
    label,
    value: draft[name],
    required: true,
    error: fault(pointer),
    onChange: (event: { currentTarget: { value: string } }) => setDraft({ ...draft, [name]: event.currentTarget.value }),
  });
  const money = (name: 'net' | 'tax', label: string, cents: number | null) => ({
    ...field(name, label),
    inputMode: 'decimal' as const,
    error: isTried && cents === null ? 'Dollars and cents, as 120.00.' : undefined,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (netCents !== null && taxCents !== null) save({ netCents, taxCents });
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput {...field('number', 'Number of the invoice')} data-autofocus />
        <NativeSelect {...field('kind', 'Kind')} data={['charge', 'refund']} />
        <TextInput {...field('customer', 'Customer')} />
        <TextInput {...field('occurredOn', 'Date')} type="date" />
        <TextInput {...field('description', 'For what', '/items/0/description')} />
        <TextInput {...money('net', 'Dollars before tax', netCents)} />
        <TextInput {...money('tax', 'Tax', taxCents)} />
        <TextInput {...field('processorId', 'Name at Stripe')} description="As ch_3Nf8…; never the number of a card." />
        <ProblemNote error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave
          </Button>
          <Button type="submit" loading={isSaving}>
            Record
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
