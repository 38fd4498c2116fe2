import { Button, Group, PasswordInput, Select, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';

type Integration = Reply<'get', '/integrations'>['items'][number];
type Provider = Integration['provider'];

const names: Readonly<Record<Provider, string>> = { openai: 'OpenAI', zoominfo: 'ZoomInfo', linkedin: 'LinkedIn' };
const kinds: Readonly<Record<Integration['kind'], string>> = { api_key: 'API key', oauth_token: 'OAuth token' };

/** Credentials of other services: set, replaced, removed, never shown. */
export function Integrations({ isReadOnly }: { isReadOnly: boolean }) {
  const { data, error } = useQuery({ queryKey: ['integrations'], queryFn: () => ask('get', '/integrations') });
  return (
    <Stack maw={640} className="panel">
      <Title order={2} id="integrations">
        Keys of other services
      </Title>
      <p>Stored encrypted. What you enter is never shown again, but for its last four characters.</p>
      <ProblemNote error={error} />
      {data?.items.length === 0 && <p>None is stored.</p>}
      <ul className="plain" aria-labelledby="integrations">
        {data?.items.map((integration) => (
          <li key={integration.provider}>
            <Stored integration={integration} isReadOnly={isReadOnly} />
          </li>
        ))}
      </ul>
      {!isReadOnly && <Enter />}
    </Stack>
  );
}

function Stored({
  integration: { provider, kind, lastFour, setAt, expiresAt },
  isReadOnly,
}: {
  integration: Integration;
  isReadOnly: boolean;
}) {
  const name = names[provider];
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div className="words">
        {name}: {kinds[kind]} that ends in <code>{lastFour}</code>
        <br />
        set <When at={setAt} absolute />
        {expiresAt !== null && ', good until '}
        {expiresAt !== null && <When at={expiresAt} absolute />}
      </div>
      {!isReadOnly && (
        <Confirm
          label={`Remove ${name}`}
          size="xs"
          title={`Remove what is stored of ${name}?`}
          act={() => ask('delete', '/integrations/{provider}', { params: { provider } })}
        >
          Whatever uses it stops until another one is stored.
        </Confirm>
      )}
    </Group>
  );
}

const nothing = { secret: '', refreshToken: '' };

function Enter() {
  const [provider, setProvider] = useState<Provider>('openai');
  const [kind, setKind] = useState<Integration['kind']>('api_key');
  const [typed, setTyped] = useState(nothing);
  const [done, setDone] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('put', '/integrations/{provider}', {
        params: { provider },
        body:
          kind === 'api_key'
            ? { kind, key: typed.secret }
            : { kind, accessToken: typed.secret, refreshToken: typed.refreshToken === '' ? null : typed.refreshToken },
      }),
    ({ lastFour }) => {
      setTyped(nothing);
      setDone(`Stored: it ends in ${lastFour}.`);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone('');
    save();
  };
  return (
    <form onSubmit={submit} aria-label="Store a key" autoComplete="off">
      <Stack>
        <ProblemNote error={error} />
        <Select
          label="Service"
          data={Object.entries(names).map(([value, label]) => ({ value, label }))}
          value={provider}
          allowDeselect={false}
          onChange={(value) => value && setProvider(value as Provider)}
        />
        <Select
          label="Kind"
          data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => value && setKind(value as Integration['kind'])}
        />
        <PasswordInput
          label={kind === 'api_key' ? 'Key' : 'Access token'}
          description="In place of the one that is stored, if there is one"
          required
          autoComplete="off"
          value={typed.secret}
          onChange={(event) => setTyped({ ...typed, secret: event.currentTarget.value })}
          error={fault('/key') ?? fault('/accessToken')}
        />
        {kind === 'oauth_token' && (
          <TextInput
            type="password"
            label="Refresh token"
            description="Empty: there is none"
            autoComplete="off"
            value={typed.refreshToken}
            onChange={(event) => setTyped({ ...typed, refreshToken: event.currentTarget.value })}
            error={fault('/refreshToken')}
          />
        )}
        <Group>
          <Button type="submit" variant="default" loading={isSaving}>
            Store it
          </Button>
          <span role="status">{done}</span>
        </Group>
      </Stack>
    </form>
  );
}
