import { Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';
import { blankMailbox, type MailboxDraft, MailboxFields, smtpOf } from './MailboxFields.tsx';

export function NewMailbox() {
  const navigate = useNavigate();
  const may = useMay();
  const [draft, setDraft] = useState(blankMailbox);
  const change = (part: Partial<MailboxDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/mailboxes', { body: bodyOf(draft) }),
    ({ id }) => void navigate({ to: '/mailboxes/$mailboxId', params: { mailboxId: id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Page
      title="Add a mailbox"
      about="Its key signs a test at once, so a wrong one is found here and not in somebody's spam folder."
    >
      <form onSubmit={submit}>
        <Stack maw={640}>
          <ProblemNote error={error} />
          {may('mailboxes.relay') && (
            <SegmentedControl
              aria-label="Kind of mailbox"
              value={draft.kind}
              onChange={(kind) =>
                change(
                  kind === 'rep'
                    ? { kind, cap: 40, rampStart: 5, gapSeconds: 90, jitterSeconds: 180 }
                    : { kind: 'relay', cap: '', rampStart: '', gapSeconds: 0, jitterSeconds: 0 },
                )
              }
              data={[
                { value: 'rep', label: "A rep's mailbox" },
                { value: 'relay', label: 'A relay' },
              ]}
            />
          )}
          <MailboxFields draft={draft} change={change} fault={fault} isNew />
          <Group>
            <Button type="submit" loading={isSaving}>
              Add the mailbox
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

function bodyOf(draft: MailboxDraft): Body<'post', '/mailboxes'> {
  const { kind, fromName, address, domain, selector, privateKey, cap, rampStart, rampStep, gapSeconds, jitterSeconds } = draft;
  const dkim = { domain, selector, privateKey };
  const shared = { fromName, address, smtp: smtpOf(draft), dkim, rampStep, gapSeconds, jitterSeconds };
  if (kind === 'relay') return { ...shared, kind, cap: cap === '' ? null : cap, rampStart: rampStart === '' ? null : rampStart };
  return { ...shared, kind, ...(cap !== '' && { cap }), ...(rampStart !== '' && { rampStart }) };
}
