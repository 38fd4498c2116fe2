import { Button, Group, Text } from '@mantine/core';
import { ask, type Reply } from '../../api.ts';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { allOf } from '../../parts/pages.ts';
import { useSaving } from '../../parts/saving.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { Reasoned } from '../holds/Reasoned.tsx';
import { BarState } from './BarState.tsx';

type Switches = Reply<'get', '/calling-switches'>;
type StateRow = Switches['states'][number];

/** What is switched in each state: whether its exemption of business-to-business calls is used, and whether it is barred for now. */
export function States({ switches: { states, exemptions, bans }, mayChange }: { switches: Switches; mayChange: boolean }) {
  const columns: readonly Column<StateRow>[] = [
    { head: 'State', cell: ({ state }) => <strong>{state}</strong> },
    {
      head: 'Besides the hours',
      cell: ({ ownDoNotCallList, registrationRequired }) =>
        [ownDoNotCallList && 'a list of its own', registrationRequired && 'registration'].filter(Boolean).join(', ') || '–',
    },
    {
      head: 'Business-to-business exemption',
      cell: ({ state, b2bExempt, citation }) => (
        <Exemption
          state={state}
          law={b2bExempt}
          citation={citation}
          used={exemptions.find((one) => one.state === state)}
          mayChange={mayChange}
        />
      ),
    },
    {
      head: 'Emergency ban',
      cell: ({ state }) => <Ban state={state} ban={bans.find((one) => one.state === state)} mayChange={mayChange} />,
    },
  ];
  return <Listing label="States" list={allOf(states)} columns={columns} keyOf={({ state }) => state} empty={null} />;
}

function Exemption({
  state,
  law,
  citation,
  used,
  mayChange,
}: {
  state: string;
  law: StateRow['b2bExempt'];
  citation: string;
  used: Switches['exemptions'][number] | undefined;
  mayChange: boolean;
}) {
  const put = (reason: string | null) =>
    ask('put', '/calling-switches/{state}/exemption', { params: { state }, body: { reason } });
  const { save, isSaving } = useSaving(() => put(null));
  if (law === 'no') return <Text c="dimmed">none</Text>;
  if (used)
    return (
      <Group gap="xs">
        <span>
          <State tone="warn">used</State> since <When at={used.sinceAt} absolute />: {used.reason}
        </span>
        {mayChange && (
          <Button
            variant="default"
            size="xs"
            aria-label={`Use ${state}'s exemption no longer`}
            loading={isSaving}
            onClick={() => save()}
          >
            Use no longer
          </Button>
        )}
      </Group>
    );
  return (
    <Group gap="xs">
      <span>not used{law === 'partial' && ' (partial)'}</span>
      {mayChange && (
        <Reasoned label={`Use ${state}'s exemption`} title={`Use ${state}'s exemption`} act={put}>
          <p>
            The hours, the list and the limits of {state} then hold for no call; the federal ones stay. Say why every call to{' '}
            {state} is one that its law exempts.
          </p>
          <Text c="dimmed">{citation}</Text>
        </Reasoned>
      )}
    </Group>
  );
}

function Ban({ state, ban, mayChange }: { state: string; ban: Switches['bans'][number] | undefined; mayChange: boolean }) {
  const { save, isSaving } = useSaving(() =>
    ask('put', '/calling-switches/{state}/ban', { params: { state }, body: { ban: null } }),
  );
  if (!ban) return mayChange ? <BarState state={state} /> : <>–</>;
  return (
    <Group gap="xs">
      <span>
        <State tone="bad">barred</State> since <When at={ban.fromAt} absolute />
        {ban.untilAt !== null && (
          <>
            {' '}
            until <When at={ban.untilAt} absolute />
          </>
        )}
        : {ban.reason}
      </span>
      {mayChange && (
        <Button variant="default" size="xs" aria-label={`Lift the ban of ${state}`} loading={isSaving} onClick={() => save()}>
          Lift
        </Button>
      )}
    </Group>
  );
}
