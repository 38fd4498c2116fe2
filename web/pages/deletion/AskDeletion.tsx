import { Button, Checkbox, Group, Modal, NumberInput, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

export function AskDeletion() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="outline" c="var(--decorum-bad)" bd="1px solid var(--decorum-bad)" onClick={() => setOpen(true)}>
        Delete the account
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Delete the account and everything in it">
        {isOpen && <Form close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ close }: { close: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [graceDays, setGraceDays] = useState(14);
  const [withExport, setWithExport] = useState(true);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/deletions', { body: { password, ...(code !== '' && { code }), graceDays, withExport } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>It is frozen at once: nothing is sent, and nobody gets in but owners and officers, to cancel or to export.</Text>
        <ProblemNote error={error} />
        <NumberInput
          label="Days of grace"
          description="For so long it can be taken back."
          min={0}
          max={25}
          allowDecimal={false}
          value={graceDays}
          onChange={(days) => setGraceDays(Number(days))}
          error={fault('/graceDays')}
        />
        <Checkbox
          label="Write everything to a file first"
          checked={withExport}
          onChange={(event) => setWithExport(event.currentTarget.checked)}
        />
        <PasswordInput
          label="Your password"
          required
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <TextInput
          label="Code of your second factor, if you have one"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" color="red.9" loading={isSaving}>
            Freeze and delete
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
