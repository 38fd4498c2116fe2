import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';

type Company = Reply<'get', '/companies/{companyId}'>;

export function EditCompany({ company }: { company: Company }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  if (!useMay()('contacts.write')) return null;
  return (
    <>
      <Button variant="default" onClick={open}>
        Edit
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Edit ${company.name}`}>
        {isOpen && <Form company={company} close={close} />}
      </Modal>
    </>
  );
}

function Form({ company, close }: { company: Company; close: () => void }) {
  const [{ name, domain, industry, about }, setDraft] = useState({ ...company, domain: company.domain ?? '' });
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('patch', '/companies/{companyId}', {
        params: { companyId: company.id },
        body: { name, domain: domain || null, industry, about },
      }),
    close,
  );
  const field = (fact: 'name' | 'domain' | 'industry' | 'about', value: string) => ({
    value,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setDraft((before) => ({ ...before, [fact]: currentTarget.value })),
    error: fault(`/${fact}`),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <TextInput label="Name" required data-autofocus {...field('name', name)} />
        <TextInput label="Domain" {...field('domain', domain)} />
        <TextInput label="Industry" {...field('industry', industry)} />
        <Textarea label="About" autosize minRows={2} maxRows={8} {...field('about', about)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
