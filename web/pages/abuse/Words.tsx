import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** A step that needs a reason in words. */
export function Words({ label, field, act }: { label: string; field: string; act: (words: string) => Promise<unknown> }) {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const { save, isSaving, error } = useSaving(act, () => setOpen(false));
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={label}>
        <Stack>
          <Textarea
            label={field}
            required
            autosize
            minRows={3}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            data-autofocus
          />
          <ProblemNote error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)}>
              Go back
            </Button>
            <Button loading={isSaving} disabled={words.trim() === ''} onClick={() => save(words)}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
