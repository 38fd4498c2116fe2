import { Button, Group, Stack, Text } from '@mantine/core';
import { addressOf, ask } from '../../api.ts';
import { Bars } from '../../parts/Bars.tsx';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import type { Import } from './ImportPage.tsx';

const reasons: Readonly<Record<string, string>> = {
  column_count: 'more or fewer cells than columns',
  never_collected: 'holds what is never collected (P2)',
  missing_identity: 'neither e-mail address nor phone',
  invalid_email: 'no valid e-mail address',
  erased: 'was deleted on request',
};

/** How far an import is, then what became of every row that was read. */
export function ImportResult({ job }: { job: Import }) {
  const { id, state, rowsRead, accepted, updated, suppressed, duplicate, rejected } = job;
  const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  const params = { importId: id };
  return (
    <Stack maw={760}>
      <Text role="status">
        {counted(rowsRead, 'row')} read{state === 'running' ? ' so far. You can leave this page; the import goes on.' : '.'}
      </Text>
      <Bars
        label="Rows by what became of them"
        bars={[
          ['New contacts', accepted - updated],
          ['Merged into contacts that were there', updated],
          ['Duplicates in the file', duplicate],
          ...Object.entries(rejected).map(([reason, count]) => [`Refused: ${reasons[reason] ?? reason}`, count] as const),
        ]}
      />
      {suppressed > 0 && (
        <Text>{counted(suppressed, 'person', 'people')} of the accepted had opted out. They stay opted out.</Text>
      )}
      <Group>
        {accepted > 0 && (
          <ButtonLink to="/contacts" search={{ importId: id }}>
            Show the contacts
          </ButtonLink>
        )}
        {refused + duplicate > 0 && state !== 'running' && (
          <Button component="a" variant="default" href={addressOf('/imports/{importId}/errors.csv', params)} download>
            Error file (CSV)
          </Button>
        )}
        {state === 'running' && (
          <Confirm
            label="Stop the import"
            title="Stop this import?"
            dangerous
            act={() => ask('post', '/imports/{importId}/cancel', { params })}
          >
            {counted(accepted, 'person', 'people')} imported so far stay; the rest of the file is not read.
          </Confirm>
        )}
        {state !== 'running' && (
          <ButtonLink to="/contacts/import" variant="default">
            Import another file
          </ButtonLink>
        )}
      </Group>
    </Stack>
  );
}
