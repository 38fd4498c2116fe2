import { Fieldset, Group, NumberInput, PasswordInput, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { Body } from '../../api.ts';

type Kind = Body<'post', '/mailboxes'>['kind'];
type Security = Body<'post', '/mailboxes'>['smtp']['security'];

/** A mailbox as it is typed. */
export const blankMailbox = {
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
  rampStep: 2,
  gapSeconds: 90,
  jitterSeconds: 180,
};
export type MailboxDraft = typeof blankMailbox;

/** What can be said of a mailbox. Of one that is there the address stays, and so does a secret that is left empty. */
export function MailboxFields({
  draft,
  change,
  fault,
  isNew,
}: {
  draft: MailboxDraft;
  change: (part: Partial<MailboxDraft>) => void;
  fault: (pointer: string) => string | undefined;
  isNew: boolean;
}) {
  const words = (name: 'fromName' | 'address' | 'host' | 'user' | 'domain' | 'selector', pointer: string) => ({
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
    error: fault(pointer),
  });
  const number = (name: 'port' | 'cap' | 'rampStart' | 'rampStep' | 'gapSeconds' | 'jitterSeconds', pointer: string) => ({
    value: draft[name],
    onChange: (value: number | string) => change({ [name]: value === '' ? '' : Number(value) }),
    error: fault(pointer),
    allowDecimal: false,
    min: 0,
  });
  return (
    <>
      <Group grow preventGrowOverflow={false} align="flex-start">
        <TextInput label="Sender's name" required {...words('fromName', '/fromName')} />
        {isNew && <TextInput label="Address" type="email" required {...words('address', '/address')} />}
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
              description={isNew ? 'Kept encrypted, never shown again' : 'Empty: as it is'}
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
            description={
              isNew
                ? 'PEM, RSA with 2048 bits. Kept encrypted, never shown again.'
                : 'Empty: domain, selector and key stay. A new signature takes all three.'
            }
            required={isNew}
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
          <NumberInput label="More each day" {...number('rampStep', '/rampStep')} />
          <NumberInput label="Gap, seconds" {...number('gapSeconds', '/gapSeconds')} />
          <NumberInput label="And up to, seconds" {...number('jitterSeconds', '/jitterSeconds')} />
        </Group>
        {draft.kind === 'relay' && <Text c="dimmed">Empty: no cap, no ramp.</Text>}
      </Fieldset>
    </>
  );
}

/** The mail server, as the API takes it; a password that was not typed stays what it is. */
export function smtpOf({ host, port, security, user, password }: MailboxDraft) {
  return { host, port, security, user: user || null, ...(password && { password }) };
}
