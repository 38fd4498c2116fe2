import { Button, Group, NativeSelect, NumberInput, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { State } from '../../parts/State.tsx';
import { Branches } from './Branches.tsx';
import { amountOf, delayOf, type DelayUnit, type Finding, type Step, unitOf } from './draft.ts';
import { Wordings } from './Wordings.tsx';

const kinds = { email: 'E-mail', task: 'Task', call: 'Call' } as const;

interface Props {
  step: Step;
  index: number;
  later: readonly Step[];
  findings: readonly Finding[];
  faults: readonly string[];
  isReadOnly: boolean;
  onChange: (step: Step) => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove: (() => void) | undefined;
}

export function StepEditor({ step, index, later, findings, faults, isReadOnly, onChange, onUp, onDown, onRemove }: Props) {
  const name = `${index + 1}. ${kinds[step.kind]}`;
  return (
    <Stack gap="xs" className="panel" role="group" aria-label={name}>
      <Group justify="space-between">
        <Title order={2} size="h3">
          {name}
        </Title>
        {!isReadOnly && (
          <Group gap={4}>
            <Move label={`Move ${name} up`} sign="↑" act={onUp} />
            <Move label={`Move ${name} down`} sign="↓" act={onDown} />
            <Move label={`Remove ${name}`} sign="×" act={onRemove} />
          </Group>
        )}
      </Group>
      <DelayFields step={step} isFirst={index === 0} isReadOnly={isReadOnly} onChange={onChange} />
      {step.kind === 'email' ? (
        <Wordings step={step} isFirst={index === 0} isReadOnly={isReadOnly} onChange={onChange} />
      ) : (
        <>
          <TextInput
            label="What is to be done"
            value={step.title}
            readOnly={isReadOnly}
            onChange={(event) => onChange({ ...step, title: event.currentTarget.value })}
          />
          <Textarea
            label="Notes for it"
            autosize
            minRows={2}
            value={step.instructions}
            readOnly={isReadOnly}
            onChange={(event) => onChange({ ...step, instructions: event.currentTarget.value })}
          />
          {step.kind === 'call' && (
            <Text c="dimmed">A call is planned, and stays "not cleared" until calling rules can clear it.</Text>
          )}
        </>
      )}
      <Branches step={step} index={index} later={later} isReadOnly={isReadOnly} onChange={onChange} />
      <div aria-live="polite">
        {faults.map((fault) => (
          <p key={fault}>
            <State tone="bad">{fault}</State>
          </p>
        ))}
        {findings.map(({ variant, code, severity, message }) => (
          <p key={`${variant} ${code}`}>
            <State tone={severity === 'refuse' ? 'bad' : 'warn'}>
              {variant !== null && `Variant ${variant}. `}
              {severity === 'refuse' ? 'Stops a launch' : 'Look again'}: <span className="words">{message}</span>
            </State>
          </p>
        ))}
      </div>
    </Stack>
  );
}

function DelayFields({
  step,
  isFirst,
  isReadOnly,
  onChange,
}: {
  step: Step;
  isFirst: boolean;
  isReadOnly: boolean;
  onChange: (step: Step) => void;
}) {
  const unit = unitOf(step.after);
  const amount = amountOf(step.after);
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        label={isFirst ? 'Begins after the launch by' : 'Follows after'}
        value={amount}
        min={0}
        max={unit === 'hours' ? 8_784 : unit === 'days' ? 366 : 260}
        allowDecimal={unit === 'hours'}
        readOnly={isReadOnly}
        w={200}
        onChange={(value) => onChange({ ...step, after: delayOf(unit, Number(value)) })}
      />
      <NativeSelect
        aria-label="Unit of the delay"
        value={unit}
        disabled={isReadOnly}
        w={150}
        onChange={(event) => onChange({ ...step, after: delayOf(event.currentTarget.value as DelayUnit, Math.floor(amount)) })}
        data={[
          { value: 'hours', label: 'hours' },
          { value: 'days', label: 'days' },
          { value: 'businessDays', label: 'business days' },
        ]}
      />
    </Group>
  );
}

function Move({ label, sign, act }: { label: string; sign: string; act: (() => void) | undefined }) {
  return (
    <Button
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      size="compact-sm"
      aria-label={label}
      title={label}
      disabled={!act}
      onClick={act}
    >
      {sign}
    </Button>
  );
}
