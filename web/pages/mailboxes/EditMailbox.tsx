import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body, type Reply } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { type MailboxDraft, MailboxFields, smtpOf } from './MailboxFields.tsx';

type Mailbox = Reply<'get', '/mailboxes/{mailboxId}'>;

export function EditMailbox() {
  const { mailboxId } = useParams({ from: '/inside/mailboxes/$mailboxId/edit' });
  const { data, error } = useQuery({
    queryKey: ['mailbox', mailboxId],
    queryFn: () => ask('get', '/mailboxes/{mailboxId}', { params: { mailboxId } }),
  });
  if (!data) return <Page title="Edit a mailbox">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title={`Edit ${data.address}`} about="Holds from the next message on. A wider cap or a shorter gap is used at once.">
      <Form mailbox={data} />
    </Page>
  );
}

function Form({ mailbox }: { mailbox: Mailbox }) {
  const navigate = useNavigate();
  const toMailbox = { to: '/mailboxes/$mailboxId', params: { mailboxId: mailbox.id } } as const;
  const [draft, setDraft] = useState(() => draftOf(mailbox));
  const change = (part: Partial<MailboxDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { save, isSaving, error, fault } = useSaving(
    () => ask('patch', '/mailboxes/{mailboxId}', { params: { mailboxId: mailbox.id }, body: bodyOf(draft) }),
    () => void navigate(toMailbox),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <ProblemNote error={error} />
        <MailboxFields draft={draft} change={change} fault={fault} isNew={false} />
        <Group>
          <Button type="submit" loading={isSaving}>
            Save the mailbox
          </Button>
          <ButtonLink {...toMailbox} variant="default">
            Go back
          </ButtonLink>
        </Group>
      </Stack>
    </form>
  );
}

function draftOf({ smtp, dkim, cap, rampStart, ...mailbox }: Mailbox): MailboxDraft {
  const { kind, fromName, address, rampStep, gapSeconds, jitterSeconds } = mailbox;
  return {
    kind,
    fromName,
    address,
    host: smtp.host,
    port: smtp.port,
    security: smtp.security,
    user: smtp.user ?? '',
    password: '',
    domain: dkim.domain,
    selector: dkim.selector,
    privateKey: '',
    rampStep,
    gapSeconds,
    jitterSeconds,
    cap: cap ?? '',
    rampStart: rampStart ?? '',
  };
}

function bodyOf(draft: MailboxDraft): Body<'patch', '/mailboxes/{mailboxId}'> {
  const { fromName, domain, selector, privateKey, cap, rampStart, rampStep, gapSeconds, jitterSeconds } = draft;
  return {
    fromName,
    smtp: smtpOf(draft),
    ...(privateKey && { dkim: { domain, selector, privateKey } }),
    cap: cap === '' ? null : cap,
    rampStart: rampStart === '' ? null : rampStart,
    rampStep,
    gapSeconds,
    jitterSeconds,
  };
}
