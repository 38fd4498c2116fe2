import { Button, Group } from '@mantine/core';
import { type Finding, moved, newStep, removed, type Step } from './draft.ts';
import { StepEditor } from './StepEditor.tsx';

/** The steps as a line in time, each after the one above it. */
export function Steps({
  steps,
  onChange,
  findings,
  faultsAt,
  isReadOnly,
}: {
  steps: readonly Step[];
  onChange: (steps: Step[]) => void;
  findings: readonly Finding[];
  /** What the API refused about the step at this place. */
  faultsAt: (index: number) => readonly string[];
  isReadOnly: boolean;
}) {
  return (
    <div>
      <ol className="steps" aria-label="Steps">
        {steps.map((step, index) => (
          <li key={step.id}>
            <StepEditor
              step={step}
              index={index}
              later={steps.slice(index + 1)}
              findings={findings.filter(({ stepId }) => stepId === step.id)}
              faults={faultsAt(index)}
              isReadOnly={isReadOnly}
              onChange={(changed) => onChange(steps.map((before) => (before.id === step.id ? changed : before)))}
              onUp={index > 0 ? () => onChange(moved(steps, index, index - 1)) : undefined}
              onDown={index < steps.length - 1 ? () => onChange(moved(steps, index, index + 1)) : undefined}
              onRemove={steps.length > 1 ? () => onChange(removed(steps, index)) : undefined}
            />
          </li>
        ))}
      </ol>
      {!isReadOnly && (
        <Group gap="xs">
          <Button variant="default" onClick={() => onChange([...steps, newStep('email', steps)])}>
            Add an e-mail
          </Button>
          <Button variant="default" onClick={() => onChange([...steps, newStep('task', steps)])}>
            Add a task
          </Button>
          <Button variant="default" onClick={() => onChange([...steps, newStep('call', steps)])}>
            Add a call
          </Button>
        </Group>
      )}
    </div>
  );
}
