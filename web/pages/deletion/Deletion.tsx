import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { AskDeletion } from './AskDeletion.tsx';

type Shown = Reply<'get', '/deletions'>['items'][number];

const words: Readonly<Record<Shown['state'], [Tone, string]>> = {
  frozen: ['warn', 'frozen, can be cancelled'],
  purging: ['warn', 'being erased'],
  purged: ['good', 'erased; backups expire'],
  closed: ['good', 'gone, from backups too'],
  cancelled: ['quiet', 'cancelled'],
};

/** The end of the account: asked for here, taken back here, and proved here. */
export function Deletion() {
  const { data, error } = useQuery({
    queryKey: ['deletions'],
    queryFn: () => ask('get', '/deletions'),
    refetchInterval: 10_000,
  });
  if (error) return <ProblemNote error={error} />;
  if (!data) return <Waiting />;
  const isUnderWay = data.items.some(({ state }) => state !== 'cancelled' && state !== 'closed');
  return (
    <Page
      title="Deletion of the account"
      about="Everything of a deleted account is erased within 30 days, and from the backups within 60. A legal hold comes first."
      actions={!isUnderWay && <AskDeletion />}
    >
      <Stack>
        {data.items.length === 0 && <Text>Nobody has asked for it.</Text>}
        {data.items.map((deletion) => (
          <One key={deletion.id} {...deletion} />
        ))}
      </Stack>
    </Page>
  );
}

function One({
  id,
  state,
  purgeAt,
  liveDueAt,
  backupsDueAt,
  purgedAt,
  closedAt,
  askedAt,
  isHeld,
  isLate,
  nodes,
  certificates,
  link,
}: Shown) {
  const [tone, said] = words[state];
  const erased = nodes.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <section aria-label={`Deletion of ${askedAt}`}>
      <Title order={2}>
        <State tone={tone}>{said}</State> {isHeld && <State tone="warn">held</State>} {isLate && <State tone="bad">late</State>}
      </Title>
      <Facts
        facts={[
          ['Asked for', <When key="asked" at={askedAt} absolute />],
          ['The grace ends', <When key="grace" at={purgeAt} absolute />],
          [
            'Erased',
            purgedAt ? (
              <When key="purged" at={purgedAt} absolute />
            ) : (
              <>
                before <When at={liveDueAt} absolute />
              </>
            ),
          ],
          [
            'No backup left',
            closedAt ? (
              <When key="closed" at={closedAt} absolute />
            ) : (
              <>
                before <When at={backupsDueAt} absolute />
              </>
            ),
          ],
          ['Rows erased', String(erased)],
        ]}
      />
      {state === 'frozen' && (
        <Confirm
          label="Cancel the deletion"
          title="Take the deletion back"
          act={() => ask('post', '/deletions/{deletionId}/cancel', { params: { deletionId: id } })}
        >
          The account goes on where it was frozen.
        </Confirm>
      )}
      <List>
        {certificates.map((certificate) => (
          <List.Item key={certificate.id}>
            Certificate: {certificate.kind === 'live' ? 'live systems' : 'final'}
            {certificate.isPartial && ', partial'}{' '}
            <Anchor href={`/v1/certificates/${certificate.id}/certificate.json`}>JSON</Anchor>{' '}
            <Anchor href={`/v1/certificates/${certificate.id}/certificate.pdf`}>PDF</Anchor>
          </List.Item>
        ))}
      </List>
      <Text>
        Keep <Anchor href={link}>this link</Anchor>: it shows the deletion and its certificates when nobody can log in any more.
      </Text>
    </section>
  );
}
