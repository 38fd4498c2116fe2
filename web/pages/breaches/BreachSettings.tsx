import { Button, Checkbox, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { useMay } from '../../shell/session.ts';
import { Regulators } from './Regulators.tsx';

/** How notices are approved, whether they leave without, and where regulators take theirs by e-mail. */
export function BreachSettings() {
  const may = useMay();
  const settings = useQuery({
    queryKey: ['breach-settings'],
    queryFn: () => ask('get', '/breach-settings'),
    staleTime: Number.POSITIVE_INFINITY, // nobody's typing is overwritten by a new look
  });
  const regulators = useQuery({ queryKey: ['regulators'], queryFn: () => ask('get', '/regulators') });
  const error = settings.error ?? regulators.error;
  return (
    <Page title="How notices leave" about={<Link to="/breaches">Breaches</Link>}>
      <ProblemNote error={error} />
      {!error && !(settings.data && regulators.data) && <Waiting />}
      {settings.data && <Approval settings={settings.data} isReadOnly={!may('breaches.write')} />}
      {regulators.data && (
        <section aria-label="Regulators">
          <Title order={2} mb="xs">
            Regulators
          </Title>
          <Text mb="sm">
            One with an address is mailed just before the users, in every incident that is opened from now on; the others are
            filed by hand.
          </Text>
          <Regulators items={regulators.data.items} isReadOnly={!may('breaches.write')} />
        </section>
      )}
    </Page>
  );
}

function Approval({ settings, isReadOnly }: { settings: Reply<'get', '/breach-settings'>; isReadOnly: boolean }) {
  const [fourEyes, setFourEyes] = useState(settings.fourEyes);
  const [isOff, setOff] = useState(settings.defaultOffBecause !== null);
  const [because, setBecause] = useState(settings.defaultOffBecause ?? '');
  const { save, isSaving, error, fault } = useSaving(() =>
    ask('put', '/breach-settings', { body: { fourEyes, defaultOffBecause: isOff ? because : null } }),
  );
  const isSaved = fourEyes === settings.fourEyes && (isOff ? because : null) === settings.defaultOffBecause;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <ProblemNote error={error} />
        <Checkbox
          label="Two officers approve every notice"
          checked={fourEyes}
          disabled={isReadOnly}
          onChange={(event) => setFourEyes(event.currentTarget.checked)}
        />
        <Checkbox
          label="No notice leaves without approval"
          description="Otherwise it leaves as it stands by hour 71, whoever is on holiday."
          checked={isOff}
          disabled={isReadOnly}
          onChange={(event) => setOff(event.currentTarget.checked)}
        />
        {isOff && (
          <Textarea
            label="Reason"
            description="It is recorded. The 72 hours of the policy bind all the same."
            required
            minLength={10}
            autosize
            minRows={2}
            readOnly={isReadOnly}
            value={because}
            onChange={(event) => setBecause(event.currentTarget.value)}
            error={fault('/defaultOffBecause')}
          />
        )}
        <Text>
          {settings.perSecond === null
            ? 'No drill has measured yet how fast notices leave.'
            : `The last drill sent ${settings.perSecond.toFixed(1)} notices a second.`}
        </Text>
        {!isReadOnly && (
          <Group>
            <Button type="submit" loading={isSaving} disabled={isSaved}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
