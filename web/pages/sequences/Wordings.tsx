import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { type EmailStep, type Variant, withoutVariant, withVariant } from './draft.ts';

type Message = Pick<Variant, 'subject' | 'text'>;

/** The words of an e-mail, and others to try beside them: each person gets one, and the launch finds out which is answered more. */
export function Wordings({
  step,
  isFirst,
  isReadOnly,
  onChange,
}: {
  step: EmailStep;
  isFirst: boolean;
  isReadOnly: boolean;
  onChange: (step: EmailStep) => void;
}) {
  const { variants = [] } = step;
  const withOneMore = withVariant(step);
  const own = (
    <WordFields words={step} isFirst={isFirst} isReadOnly={isReadOnly} onChange={(words) => onChange({ ...step, ...words })} />
  );
  return (
    <>
      {variants.length === 0 ? own : <Framed letter="a">{own}</Framed>}
      {variants.map((variant) => (
        <Framed
          key={variant.id}
          letter={variant.id}
          remove={isReadOnly ? undefined : () => onChange(withoutVariant(step, variant.id))}
        >
          <WordFields
            words={variant}
            isFirst={isFirst}
            isReadOnly={isReadOnly}
            onChange={(words) =>
              onChange({
                ...step,
                variants: variants.map((before) => (before.id === variant.id ? { ...before, ...words } : before)),
              })
            }
          />
        </Framed>
      ))}
      {variants.length > 0 && (
        <Text c="dimmed">
          Each person gets one of them, an equal part of all people each. Whichever is answered more at 95 % confidence goes to
          all later people; one that makes more people opt out is stopped.
        </Text>
      )}
      {!isReadOnly && withOneMore && (
        <Group>
          <Button variant="default" size="xs" onClick={() => onChange(withOneMore)}>
            Try other words
          </Button>
        </Group>
      )}
    </>
  );
}

function Framed({ letter, remove, children }: { letter: string; remove?: (() => void) | undefined; children: ReactNode }) {
  return (
    <Stack gap="xs" role="group" aria-label={`Variant ${letter}`} className="variant">
      <Group justify="space-between">
        <strong>Variant {letter}</strong>
        {remove && (
          <Button variant="subtle" color="gray" c="var(--mantine-color-text)" size="compact-sm" onClick={remove}>
            Remove variant {letter}
          </Button>
        )}
      </Group>
      {children}
    </Stack>
  );
}

function WordFields({
  words: { subject, text },
  isFirst,
  isReadOnly,
  onChange,
}: {
  words: Message;
  isFirst: boolean;
  isReadOnly: boolean;
  onChange: (words: Partial<Message>) => void;
}) {
  return (
    <>
      <TextInput
        label="Subject"
        description={isFirst ? undefined : 'Empty: goes on in the thread of the first message'}
        value={subject}
        readOnly={isReadOnly}
        onChange={(event) => onChange({ subject: event.currentTarget.value })}
      />
      <Textarea
        label="Text"
        description="{{ first_name | default: 'there' }} puts in a name, or 'there' where it is not known. Address and unsubscribe link are added below."
        autosize
        minRows={6}
        value={text}
        readOnly={isReadOnly}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </>
  );
}
