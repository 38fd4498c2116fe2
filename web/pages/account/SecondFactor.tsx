import { Button, Group, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { State } from '../../parts/State.tsx';

type Account = Reply<'get', '/account'>;
type Begun = Reply<'post', '/account/second-factor'>;

/** An authenticator app beside the password, and the codes for the day on which the telephone is gone. */
export function SecondFactor({ account }: { account: Account }) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { hasSecondFactor, needsSecondFactor, recoveryCodesLeft } = account;
  return (
    <Stack maw={640} className="panel">
      <Title order={2}>Second factor</Title>
      <div>
        <State tone={hasSecondFactor ? 'good' : needsSecondFactor ? 'bad' : 'quiet'}>
          {hasSecondFactor
            ? `on, ${recoveryCodesLeft} recovery codes left`
            : needsSecondFactor
              ? 'wanted by your workspace'
              : 'off'}
        </State>
      </div>
      {codes && <RecoveryCodes codes={codes} />}
      {hasSecondFactor ? <Change shown={setCodes} /> : <SetUp shown={setCodes} />}
    </Stack>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div role="status">
      <p>Keep these codes where your telephone is not. Each opens once in place of a code, and they are not shown again.</p>
      <pre className="words">{codes.join('\n')}</pre>
    </div>
  );
}

function SetUp({ shown }: { shown: (codes: readonly string[]) => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [begun, setBegun] = useState<Begun | null>(null);
  const { save, isSaving, error } = useSaving(async () => {
    if (begun === null) return setBegun(await ask('post', '/account/second-factor', { body: { password } }));
    shown((await ask('post', '/account/second-factor/confirm', { body: { code } })).recoveryCodes);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit} aria-label="Set up a second factor">
      <Stack>
        <ProblemNote error={error} />
        {begun === null ? (
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        ) : (
          <>
            <img src={begun.qr} width={220} height={220} alt="The key as a picture for an authenticator app" />
            <div>
              Or type the key: <code className="words">{begun.secret}</code>
            </div>
            <TextInput
              label="Code of the app"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          </>
        )}
        <Group>
          <Button type="submit" variant="default" loading={isSaving}>
            {begun === null ? 'Set up a second factor' : 'Confirm the code'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Change({ shown }: { shown: (codes: readonly string[] | null) => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const renewal = useSaving(
    () => ask('post', '/account/recovery-codes', { body: { password } }),
    ({ recoveryCodes }) => shown(recoveryCodes),
  );
  const removal = useSaving(
    () => ask('post', '/account/second-factor/remove', { body: { password, code } }),
    () => shown(null),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    removal.save();
  };
  return (
    <form onSubmit={submit} aria-label="Change the second factor">
      <Stack>
        <ProblemNote error={renewal.error ?? removal.error} />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <TextInput
          label="Code, to remove it"
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button variant="default" onClick={() => renewal.save()} loading={renewal.isSaving}>
            New recovery codes
          </Button>
          <Button type="submit" variant="default" loading={removal.isSaving}>
            Remove the second factor
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
