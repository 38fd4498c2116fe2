import { Button, Group, MultiSelect, NumberInput, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';
import { useSession } from '../../shell/session.ts';

type Scope = Body<'post', '/tokens'>['scopes'][number];

/** What no token may do, whatever its user may (api/roles.ts). */
const never = new Set(['session', 'account', 'tokens.write', 'users.write', 'tenant.write', 'integrations.write']);

/** Keys for one's own programs: what each may do, until when, and whether it was used. */
export function Tokens() {
  const { may } = useSession();
  const { data, error } = useQuery({ queryKey: ['tokens'], queryFn: () => ask('get', '/tokens') });
  const [draft, setDraft] = useState({ name: '', scopes: [] as Scope[], days: 90 });
  const [made, setMade] = useState('');
  const creation = useSaving(
    () => ask('post', '/tokens', { body: draft }),
    ({ token }) => {
      setMade(token);
      setDraft({ ...draft, name: '', scopes: [] });
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.save();
  };
  return (
    <Stack maw={640} className="panel">
      <Title order={2} id="tokens">
        API tokens
      </Title>
      <ProblemNote error={error ?? creation.error} />
      <ul className="plain">
        {data?.items.map(({ id, name, scopes, expiresAt, usedAt }) => (
          <li key={id}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div className="words">
                {name}: {scopes.join(', ')}
                <br />
                until <When at={expiresAt} absolute />, {usedAt ? 'used ' : 'not used yet'}
                {usedAt && <When at={usedAt} absolute />}
              </div>
              <Confirm
                label={`End ${name}`}
                size="xs"
                title={`End the token ${name}?`}
                act={() => ask('delete', '/tokens/{tokenId}', { params: { tokenId: id } })}
              >
                Programs that use it are refused from now on.
              </Confirm>
            </Group>
          </li>
        ))}
      </ul>
      {made && (
        <div role="status">
          <p>The token, shown this once: copy it now.</p>
          <pre className="words">{made}</pre>
        </div>
      )}
      <form onSubmit={submit} aria-labelledby="tokens">
        <Stack>
          <TextInput
            label="Name of the token"
            required
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          <MultiSelect
            label="What it may do"
            searchable
            data={may.filter((action) => !never.has(action))}
            value={draft.scopes}
            onChange={(scopes) => setDraft({ ...draft, scopes: scopes as Scope[] })}
            error={creation.fault('/scopes')}
          />
          <NumberInput
            label="Days until it expires"
            min={1}
            max={365}
            allowDecimal={false}
            value={draft.days}
            onChange={(days) => setDraft({ ...draft, days: Number(days) })}
            error={creation.fault('/days')}
          />
          <Group>
            <Button type="submit" variant="default" loading={creation.isSaving}>
              Make a token
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
