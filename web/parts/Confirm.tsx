import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from './ProblemNote.tsx';
import { useSaving } from './saving.ts';

/** A button that says in numbers what it will do, asks once, and then does it. */
export function Confirm({
  label,
  title,
  children,
  act,
  dangerous = false,
  isNext = false,
  size = 'sm',
}: {
  label: string;
  title: string;
  children: ReactNode;
  act: () => Promise<unknown>;
  dangerous?: boolean;
  /** It is what one mostly wants here. */
  isNext?: boolean;
  size?: 'xs' | 'sm';
}) {
  const [isOpen, setOpen] = useState(false);
  const { save, isSaving, error, reset } = useSaving(act, () => setOpen(false));
  const close = () => {
    setOpen(false);
    reset();
  };
  const look = dangerous ? { color: 'red.9' } : {};
  return (
    <>
      <Button
        variant={dangerous ? 'outline' : isNext ? 'filled' : 'default'}
        {...(dangerous && { c: 'var(--decorum-bad)', bd: '1px solid var(--decorum-bad)' })}
        size={size}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title}>
        <Stack>
          <div>{children}</div>
          <ProblemNote error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Go back
            </Button>
            <Button {...look} loading={isSaving} onClick={() => save()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
