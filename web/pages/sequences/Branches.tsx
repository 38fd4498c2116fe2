import { Group, NativeSelect } from '@mantine/core';
import type { Step } from './draft.ts';

type Outcome = keyof Step['branches'];

/** Which outcomes a step can have, and where each leads when nothing else is said. */
const outcomes: Readonly<Record<Step['kind'], readonly (readonly [Outcome, string])[]>> = {
  email: [['replied', 'A reply']],
  task: [
    ['done', 'Done'],
    ['replied', 'A reply'],
  ],
  call: [
    ['connected', 'Connected'],
    ['no_answer', 'No answer'],
    ['voicemail', 'Voicemail'],
    ['wrong_number', 'Wrong number'],
    ['do_not_call', 'Asked not to be called'],
    ['replied', 'A reply'],
  ],
};

interface Props {
  step: Step;
  index: number;
  later: readonly Step[];
  isReadOnly: boolean;
  onChange: (step: Step) => void;
}

/** Where an outcome leads: forwards only, so that nobody gets a step twice. */
export function Branches({ step, index, later, isReadOnly, onChange }: Props) {
  const set = (outcome: Outcome, target: string) => {
    const { [outcome]: _, ...others } = step.branches;
    onChange({ ...step, branches: target === '' ? others : { ...others, [outcome]: target } });
  };
  const targets = [
    { value: 'end', label: 'ends the sequence' },
    ...later.map(({ id }, place) => ({ value: id, label: `leads to step ${index + place + 2}` })),
  ];
  return (
    <details>
      <summary>What leads where</summary>
      <Group gap="xs" mt="xs">
        {outcomes[step.kind].map(([outcome, label]) => (
          <NativeSelect
            key={outcome}
            label={label}
            value={step.branches[outcome] ?? ''}
            disabled={isReadOnly}
            onChange={(event) => set(outcome, event.currentTarget.value)}
            data={[
              { value: '', label: outcome === 'replied' ? 'ends the sequence' : 'goes on with the next step' },
              ...targets.filter(({ value }) => outcome !== 'replied' || value !== 'end'),
            ]}
          />
        ))}
      </Group>
    </details>
  );
}
