import { Group, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ContactPicker } from '../../parts/ContactPicker.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useAddress } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import type { Definition } from './draft.ts';
import { TestSend } from './TestSend.tsx';

const AFTER_TYPING_MS = 500;

/** The sequence as one contact would get it, while it is being written. */
export function Preview({ sequenceId, definition, saved }: { sequenceId: string; definition: Definition; saved: number | null }) {
  const { contact } = useSearch({ from: '/inside/sequences/$sequenceId' });
  const [set] = useAddress();
  const [settled] = useDebouncedValue(definition, AFTER_TYPING_MS);
  const { data, error } = useQuery({
    queryKey: ['preview', sequenceId, contact, settled],
    queryFn: ({ signal }) =>
      ask('post', '/sequences/{sequenceId}/preview', {
        params: { sequenceId },
        body: { contactId: contact ?? '', definition: settled },
        signal,
      }),
    enabled: contact !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <Stack className="panel" gap="sm" component="section" aria-label="Preview">
      <Title order={2}>As a contact would get it</Title>
      <ContactPicker label="Contact" value={contact} onChange={(chosen) => set({ contact: chosen })} />
      {contact === undefined && (
        <Text c="dimmed">Choose a contact to see the messages with their name in, and when they could go.</Text>
      )}
      <ProblemNote error={error} />
      {data?.steps.map((step, index) => (
        <PreviewedStep key={step.stepId} step={step} place={index + 1}>
          {(variant) =>
            contact !== undefined &&
            step.kind === 'email' && (
              <TestIfAllowed sequenceId={sequenceId} contactId={contact} stepId={step.stepId} variant={variant} saved={saved} />
            )
          }
        </PreviewedStep>
      ))}
    </Stack>
  );
}

type Previewed = Reply<'post', '/sequences/{sequenceId}/preview'>['steps'][number];
type VariantId = Previewed['variants'][number]['variant'];

/** A step as it is, or each of the wordings that it is tried in. `children`: what can be done with one of them. */
function PreviewedStep({
  step,
  place,
  children,
}: {
  step: Previewed;
  place: number;
  children: (variant: VariantId) => ReactNode;
}) {
  return (
    <article aria-label={`Step ${place}`}>
      <Group justify="space-between">
        <strong>
          {place}. {step.subject ?? ''}
        </strong>
        <Text c="dimmed" component="span">
          {step.earliestAt === null ? (
            'never: the window does not open'
          ) : (
            <>
              at the earliest <When at={step.earliestAt} />
            </>
          )}
        </Text>
      </Group>
      {step.variants.length === 0 && (
        <>
          <Words of={step} />
          {children('a')}
        </>
      )}
      {step.variants.map((wording) => (
        <section key={wording.variant} className="variant" aria-label={`Variant ${wording.variant}`}>
          <strong>
            Variant {wording.variant}. {wording.subject ?? ''}
          </strong>
          <Words of={wording} />
          {children(wording.variant)}
        </section>
      ))}
    </article>
  );
}

function Words({ of: { refusal, text } }: { of: Pick<Previewed, 'refusal' | 'text'> }) {
  return refusal === null ? <p className="words">{text}</p> : <State tone="bad">{refusal}</State>;
}

function TestIfAllowed(props: {
  sequenceId: string;
  contactId: string;
  stepId: string;
  variant: VariantId;
  saved: number | null;
}) {
  const { saved, ...rest } = props;
  if (!useMay()('sequences.write')) return null;
  if (saved === null) return <Text c="dimmed">Save this version to send yourself a test of it.</Text>;
  return <TestSend {...rest} version={saved} />;
}
