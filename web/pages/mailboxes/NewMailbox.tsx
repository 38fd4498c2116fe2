import {
  Button,
  Fieldset,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';

type Kind = Body<'post', '/mailboxes'>['kind'];
type Security = Body<'post', '/mailboxes'>['smtp']['security'];

const blank = {
  kind: 'rep' as Kind,
  fromName: '',
  address: '',
  host: '',
  port: 587,
  security: 'starttls' as Security,
  user: '',
  password: '',
  domain: '',
  selector: 'decorum',
  privateKey: '',
  cap: 40 as number | '',
  rampStart: 5 as number | '',
  gapSeconds: 90,
  jitterSeconds: 180,
};
type Draft = typeof blank;

export function NewMailbox() {
  const navigate = useNavigate();
  const may = useMay();
  const [draft, setDraft] = useState(blank);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const { save, isSaving, error, fault } = useSaving(
    () => ask('post', '/mailboxes', { body: bodyOf(draft) }),
    ({ id }) => void navigate({ to: '/mailboxes/$mailboxId', params: { mailboxId: id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const words = (name: 'fromName' | 'address' | 'host' | 'user' | 'domain' | 'selector', pointer: string) => ({
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
    error: fault(pointer),
  });
  const number = (name: 'port' | 'cap' | 'rampStart' | 'gapSeconds' | 'jitterSeconds', pointer: string) => ({
    value: draft[name],
    onChange: (value: number | string) => change({ [name]: value === '' ? '' : Number(value) }),
    error: fault(pointer),
    allowDecimal: false,
    min: 0,
  });
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
          <Group grow preventGrowOverflow={false} align="flex-start">
            <TextInput label="Sender's name" required {...words('fromName', '/fromName')} />
            <TextInput label="Address" type="email" required {...words('address', '/address')} />
          </Group>
          <Fieldset legend="Server">
            <Stack>
              <Group grow preventGrowOverflow={false} align="flex-start">
                <TextInput label="SMTP host" required {...words('host', '/smtp/host')} />
                <NumberInput label="Port" required {...number('port', '/smtp/port')} max={65_535} />
              </Group>
              <SegmentedControl
                aria-label="Encryption"
                value={draft.security}
                onChange={(security) => change({ security })}
                data={[
                  { value: 'starttls', label: 'STARTTLS' },
                  { value: 'tls', label: 'TLS' },
                  { value: 'none', label: 'none' },
                ]}
              />
              <Group grow preventGrowOverflow={false} align="flex-start">
                <TextInput
                  label="User"
                  description="Empty when the server asks for none"
                  autoComplete="off"
                  {...words('user', '/smtp/user')}
                />
                <PasswordInput
                  label="Password"
                  description="Kept encrypted, never shown again"
                  autoComplete="new-password"
                  value={draft.password}
                  onChange={(event) => change({ password: event.currentTarget.value })}
                  error={fault('/smtp/password')}
                />
              </Group>
            </Stack>
          </Fieldset>
          <Fieldset legend="Signature (DKIM)">
            <Stack>
              <Group grow preventGrowOverflow={false} align="flex-start">
                <TextInput label="Domain" required {...words('domain', '/dkim/domain')} />
                <TextInput label="Selector" required {...words('selector', '/dkim/selector')} />
              </Group>
              <Textarea
                label="Private key"
                description="PEM, RSA with 2048 bits. Kept encrypted, never shown again."
                required
                autosize
                minRows={4}
                maxRows={8}
                value={draft.privateKey}
                onChange={(event) => change({ privateKey: event.currentTarget.value })}
                error={fault('/dkim/privateKey')}
              />
            </Stack>
          </Fieldset>
          <Fieldset legend="Pace">
            <Group grow preventGrowOverflow={false} align="flex-start">
              <NumberInput label="Cap in 24 hours" {...number('cap', '/cap')} />
              <NumberInput label="First day" {...number('rampStart', '/rampStart')} />
              <NumberInput label="Gap, seconds" {...number('gapSeconds', '/gapSeconds')} />
              <NumberInput label="And up to, seconds" {...number('jitterSeconds', '/jitterSeconds')} />
            </Group>
            {draft.kind === 'relay' && <Text c="dimmed">Empty: no cap, no ramp.</Text>}
          </Fieldset>
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

function bodyOf(draft: Draft): Body<'post', '/mailboxes'> {
  const { kind, fromName, address, host, port, security, user, password, domain, selector, privateKey, cap, rampStart, ...pace } =
    draft;
  const shared = {
    fromName,
    address,
    smtp: { host, port, security, user: user || null, ...(password && { password }) },
    dkim: { domain, selector, privateKey },
    ...pace,
  };
  if (kind === 'relay') return { ...shared, kind, cap: cap === '' ? null : cap, rampStart: rampStart === '' ? null : rampStart };
  return { ...shared, kind, ...(cap !== '' && { cap }), ...(rampStart !== '' && { rampStart }) };
}
