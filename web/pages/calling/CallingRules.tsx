import { useQuery } from '@tanstack/react-query';
import { Title } from '@mantine/core';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useMay } from '../../shell/session.ts';
import { Loads } from './Loads.tsx';
import { Registries } from './Registries.tsx';
import { States } from './States.tsx';
import { UploadRegistry } from './UploadRegistry.tsx';

/** A load takes seconds to an hour: so often its progress is read. */
const everyMs = 3_000;

/** What every call is checked against: the registries with the age of their data, and what is switched in each state. */
export function CallingRules() {
  const may = useMay();
  const registries = useQuery({
    queryKey: ['call-registries'],
    queryFn: () => ask('get', '/call-registries'),
    refetchInterval: everyMs,
  });
  const loads = useQuery({
    queryKey: ['call-registry-loads'],
    queryFn: () => ask('get', '/call-registry-loads'),
    refetchInterval: everyMs,
  });
  const switches = useQuery({ queryKey: ['calling-switches'], queryFn: () => ask('get', '/calling-switches') });
  const ownLists = switches.data?.states.filter((one) => one.ownDoNotCallList).map(({ state }) => state) ?? [];
  const error = registries.error ?? loads.error ?? switches.error;
  return (
    <Page
      title="Calling rules"
      about="What each call is checked against before it is dialled: the do-not-call registries, and the law of the states."
      actions={may('calling.write') && <UploadRegistry ownLists={ownLists} />}
    >
      <ProblemNote error={error} />
      {!error && !(registries.data && loads.data && switches.data) && <Waiting />}
      <section aria-label="Registries">
        <Title order={2} mb="xs">
          Registries
        </Title>
        {registries.data && <Registries items={registries.data.items} />}
        {loads.data && <Loads items={loads.data.items} />}
      </section>
      <section aria-label="States">
        <Title order={2} mb="xs">
          States
        </Title>
        {switches.data && <States switches={switches.data} mayChange={may('calling.write')} />}
      </section>
    </Page>
  );
}
