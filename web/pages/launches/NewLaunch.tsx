import { Button, Checkbox, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Body, type Reply } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useSaving } from '../../parts/saving.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { useSession } from '../../shell/session.ts';
import { Choice } from './Choice.tsx';
import { Preflight } from './Preflight.tsx';

type Plan = Body<'post', '/launches/preflight'>;
type ReEnter = NonNullable<Plan['reEnter']>;

interface Seen {
  /** What was asked about, to tell whether it still is what would be launched. */
  readonly plan: string;
  readonly result: Reply<'post', '/launches/preflight'>;
  /** Names this wish: sent twice, it launches once. */
  readonly key: string;
}

/** Choose, look ahead, launch: nothing goes before one has seen who is blocked and when the first message leaves. */
export function NewLaunch() {
  const { sequence = '', list } = useSearch({ from: '/inside/launches/new' });
  const [set] = useAddress();
  const navigate = useNavigate();
  const { user } = useSession();
  const sequences = useRows('/sequences', { query: { limit: 200 } });
  const lists = useRows('/lists', { query: { limit: 200 } });
  const mailboxes = useRows('/mailboxes', { query: { limit: 200 } });
  const [listIds, setListIds] = useState<string[]>(list === undefined ? [] : [list]);
  const [mailboxIds, setMailboxIds] = useState<string[]>([]);
  const [reEnter, setReEnter] = useState<ReEnter>('if_not_active');
  const plan: Plan = { sequenceId: sequence, listIds, mailboxIds, reEnter };
  const [seen, setSeen] = useState<Seen | null>(null);
  const look = useSaving(
    (asked: Plan) => ask('post', '/launches/preflight', { body: asked }),
    (result, asked) => setSeen({ plan: JSON.stringify(asked), result, key: newKey() }),
  );
  const launch = useSaving(
    (key: string) => ask('post', '/launches', { body: { ...plan, requestKey: key }, key }),
    ({ id }) => void navigate({ to: '/launches/$launchId', params: { launchId: id } }),
  );
  const rehearse = useSaving(
    (asked: Plan) => ask('post', '/rehearsals', { body: asked }),
    ({ id }) => void navigate({ to: '/rehearsals/$rehearsalId', params: { rehearsalId: id } }),
  );
  const isComplete = sequence !== '' && listIds.length > 0 && mailboxIds.length > 0;
  const ahead = seen?.plan === JSON.stringify(plan) ? seen : null; // of another plan it would mislead
  const usable = mailboxes.rows?.filter(({ kind, ownerId }) => kind === 'relay' || user.role === 'owner' || ownerId === user.id);

  return (
    <Page
      title="Launch a sequence"
      about="Choose what goes to whom and from where. Then look ahead; nothing is sent before you launch."
    >
      <Stack maw={760}>
        <NativeSelect
          label="Sequence"
          value={sequence}
          onChange={(event) => set({ sequence: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: sequences.rows?.length === 0 ? 'There is none yet: write one first' : 'Choose one' },
            ...(sequences.rows ?? []).map(({ id, name, newest }) => ({ value: id, label: `${name}, version ${newest}` })),
          ]}
        />
        <Choice label="Lists" list={lists} none="There is no list yet: import contacts first." to="/contacts/import">
          <Checkbox.Group label="To the people of" value={listIds} onChange={setListIds}>
            <Stack gap={6} mt={4}>
              {lists.rows?.map(({ id, name, people }) => (
                <Checkbox
                  key={id}
                  value={id}
                  label={
                    <>
                      {name}{' '}
                      <Text span c="dimmed">
                        (<Count of={people} />)
                      </Text>
                    </>
                  }
                />
              ))}
            </Stack>
          </Checkbox.Group>
        </Choice>
        <Choice
          label="Mailboxes"
          list={{ ...mailboxes, rows: usable }}
          none="There is no mailbox that you may use: add one first."
          to="/mailboxes/new"
        >
          <Checkbox.Group
            label="Over"
            description="With several, each person keeps one"
            value={mailboxIds}
            onChange={setMailboxIds}
          >
            <Stack gap={6} mt={4}>
              {usable?.map(({ id, address, state }) => (
                <Checkbox key={id} value={id} label={state === 'paused' ? `${address} (paused)` : address} />
              ))}
            </Stack>
          </Checkbox.Group>
        </Choice>
        <NativeSelect
          label="People who had this sequence before"
          value={reEnter}
          onChange={(event) => setReEnter(event.currentTarget.value as ReEnter)}
          data={[
            { value: 'once', label: 'do not get it again' },
            { value: 'if_not_active', label: 'may get it again when they are in none' },
            { value: 'any_time', label: 'get it in any case' },
          ]}
        />
        <ProblemNote error={look.error ?? rehearse.error} />
        <Group>
          <Button
            variant={ahead ? 'default' : 'filled'}
            onClick={() => look.save(plan)}
            loading={look.isSaving}
            disabled={!isComplete}
          >
            Look ahead
          </Button>
          <Button variant="default" onClick={() => rehearse.save(plan)} loading={rehearse.isSaving} disabled={!isComplete}>
            Rehearse the next weeks
          </Button>
          {!isComplete && <Text c="dimmed">Choose a sequence, at least one list and one mailbox.</Text>}
        </Group>
      </Stack>
      {ahead && (
        <>
          <Preflight result={ahead.result} steps={sequences.rows?.find(({ id }) => id === sequence)?.steps ?? 0} />
          <ProblemNote error={launch.error} />
          <Group>
            <Button
              onClick={() => launch.save(ahead.key)}
              loading={launch.isSaving}
              disabled={ahead.result.willStart === 0 || ahead.result.findings.some(({ severity }) => severity === 'refuse')}
            >
              Launch to <Count of={ahead.result.willStart} />
              &nbsp;{ahead.result.willStart === 1 ? 'person' : 'people'}
            </Button>
          </Group>
        </>
      )}
    </Page>
  );
}

/** From the browser's own generator, which also works without TLS on one's own network, where `randomUUID` does not. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
