import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { Next } from '../../parts/When.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { Health } from './Health.tsx';
import { MailboxState } from './MailboxState.tsx';

type Mailbox = Reply<'get', '/mailboxes/{mailboxId}'>;

export function MailboxPage() {
  const { mailboxId } = useParams({ from: '/inside/mailboxes/$mailboxId' });
  const { data, error } = useQuery({
    queryKey: ['mailbox', mailboxId],
    queryFn: () => ask('get', '/mailboxes/{mailboxId}', { params: { mailboxId } }),
    refetchInterval: 10_000,
  });
  if (!data) return <Page title="Mailbox">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title={data.address} about={<MailboxState mailbox={data} />} actions={<Verbs mailbox={data} />}>
      <Facts
        facts={[
          ['Sender', data.fromName],
          ['Kind', data.kind === 'rep' ? "rep's mailbox" : 'relay'],
          [
            'Server',
            `${data.smtp.host}:${data.smtp.port}, ${data.smtp.security === 'none' ? 'not encrypted' : data.smtp.security}`,
          ],
          ['Signs in as', data.smtp.user ?? 'nobody'],
          ['Cap in 24 hours', data.cap === null ? 'none' : counted(data.cap, 'message')],
          ['Sent in 24 hours', counted(data.sentInDay, 'message')],
          [
            'Ramp',
            data.rampStart === null
              ? 'none'
              : `begins at ${data.rampStart}, ${data.rampStep} more each sending day; ${counted(data.sendingDays, 'sending day')} so far`,
          ],
          ['Gap', `${data.gapSeconds} s and up to ${data.jitterSeconds} s more`],
          ['Waiting here', counted(data.waiting, 'message')],
          [
            'Next message',
            data.waiting > 0 && data.nextSendAt !== null ? <Next key="next" at={data.nextSendAt} /> : 'none waits',
          ],
        ]}
      />
      <Health mailboxId={data.id} />
      <DkimRecord dkim={data.dkim} />
    </Page>
  );
}

/** What must stand in the DNS for receivers to trust the signature. */
function DkimRecord({ dkim }: { dkim: Mailbox['dkim'] }) {
  const name = `${dkim.selector}._domainkey.${dkim.domain}`;
  return (
    <Stack gap="xs" className="panel">
      <Title order={2}>DNS record for the signature</Title>
      <Text>
        Publish this TXT record at <Code>{name}</Code>. Without it receivers cannot check the signature (DKIM), and messages land
        in spam.
      </Text>
      <Code block tabIndex={0} aria-label="DKIM record" className="words">
        {dkim.record}
      </Code>
      <CopyButton value={dkim.record}>
        {({ copied, copy }) => (
          <Group>
            <Button variant="default" onClick={copy}>
              Copy the record
            </Button>
            <span role="status">{copied ? 'Copied.' : ''}</span>
          </Group>
        )}
      </CopyButton>
    </Stack>
  );
}

/** A rep has mailboxes of their own and no others; a relay is for those who answer for the machine. */
function Verbs({ mailbox }: { mailbox: Mailbox }) {
  const may = useMay();
  const { user } = useSession();
  const isOwn = user.role !== 'rep' || mailbox.ownerId === user.id;
  if (!may('mailboxes.write') || !isOwn || (mailbox.kind === 'relay' && !may('mailboxes.relay'))) return null;
  return (
    <>
      <ButtonLink to="/mailboxes/$mailboxId/edit" params={{ mailboxId: mailbox.id }} variant="default">
        Edit
      </ButtonLink>
      <PauseOrResume mailbox={mailbox} />
    </>
  );
}

function PauseOrResume({ mailbox: { id, state, waiting } }: { mailbox: Mailbox }) {
  const params = { mailboxId: id };
  if (state === 'paused') {
    return (
      <Confirm
        key="resume"
        label="Resume"
        title="Resume this mailbox?"
        act={() => ask('post', '/mailboxes/{mailboxId}/resume', { params })}
      >
        {counted(waiting, 'message')} waiting here will go, as the cap and the windows of their recipients allow.
      </Confirm>
    );
  }
  return (
    <Confirm
      key="pause"
      label="Pause"
      title="Pause this mailbox?"
      act={() => ask('post', '/mailboxes/{mailboxId}/pause', { params })}
    >
      {counted(waiting, 'message')} waiting here will stay until you resume. Nobody loses their place.
    </Confirm>
  );
}
