import { Group, Stack, Text, Title } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { inWords } from '../../parts/State.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { Approve } from './Approve.tsx';
import { AskHold } from './AskHold.tsx';
import { ChangeFacts } from './ChangeFacts.tsx';
import type { Incident } from './Clocks.tsx';
import { FileLine } from './FileLine.tsx';
import { Grow } from './Grow.tsx';

/** The one thing to do now and its button, before the quieter ones for what else can be done. */
export function NextAction({ incident }: { incident: Incident }) {
  const may = useMay();
  const { user } = useSession();
  if (!may('breaches.write') || incident.state === 'closed') return null;
  const { next, holds, lines, noticeStartedAt } = incident;
  const line = lines.find(({ id }) => id === next.lineId);
  const hold = holds.find(({ confirmedAt, askedBy }) => confirmedAt === null && askedBy !== user.id);
  const isFirst = (action: Incident['next']['action']) => next.action === action;
  // One row, whatever comes first in it: a dialog in which somebody types stays open when the next action changes.
  const buttons: readonly (readonly [action: string, button: ReactNode])[] = [
    ['confirm_hold', isFirst('confirm_hold') && hold && <ConfirmHold incidentId={incident.id} hold={hold} />],
    ['facts', <ChangeFacts key="facts" incident={incident} isNext={isFirst('facts')} />],
    ['approve', noticeStartedAt === null && <Approve incident={incident} isNext={isFirst('approve')} />],
    ['file', isFirst('file') && line && <FileLine incidentId={incident.id} line={line} isNext />],
    ['people', isFirst('people') && <a href="#undone">Show them</a>],
    ['close', isFirst('close') && <Close incidentId={incident.id} />],
    ['grow', <Grow key="grow" incidentId={incident.id} />],
    ['hold', <AskHold key="hold" incidentId={incident.id} />],
  ];
  return (
    <Stack component="section" aria-label="Next" className="panel" gap="sm">
      <What incident={incident} />
      <Group gap="xs">
        {buttons
          .toSorted(([a], [b]) => Number(b === next.action) - Number(a === next.action))
          .map(([action, button]) => (
            <Fragment key={action}>{button}</Fragment>
          ))}
      </Group>
    </Stack>
  );
}

/** What is to be done, and what one must know to do it. */
function What({ incident: { next, missing, lines, holds, progress, approvalsNeeded } }: { incident: Incident }) {
  const { user } = useSession();
  const line = lines.find(({ id }) => id === next.lineId);
  const hold = holds.find(({ confirmedAt }) => confirmedAt === null);
  switch (next.action) {
    case 'confirm_hold':
      return (
        <Step
          title={hold?.askedBy === user.id ? 'Another officer must confirm what you asked for' : 'Next: confirm, or leave it'}
        >
          {hold && `${inWords(hold.kind)}: ${hold.reason}`}
        </Step>
      );
    case 'facts':
      return (
        <Step title="Next: say what is missing">
          <ul className="missing">
            {missing.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
        </Step>
      );
    case 'approve':
      return (
        <Step title="Next: read the notice and approve it">
          Everything that it must say is known. Approved{approvalsNeeded > 1 && ` by ${approvalsNeeded} officers`}, it leaves at
          once.
        </Step>
      );
    case 'file':
      return (
        <Step title={line ? `Next: tell ${line.recipient}${line.state && `, ${line.state}`}` : 'Next: file'}>
          {line && (
            <>
              Due <When at={line.dueAt} absolute /> (<TimeLeft until={line.dueAt} />)
              {line.strictlyBefore && ', before the users hear'}. {line.citation}
            </>
          )}
        </Step>
      );
    case 'people':
      return (
        <Step title="Next: find another way to the people whom e-mail does not reach">
          {counted(progress.undone, 'person', 'people')} must be told by post, telephone or otherwise.
        </Step>
      );
    case 'close':
      return <Step title="Next: close the incident">Every promise has been kept or waived.</Step>;
    default:
      return <Step title="Nothing to do but wait">What is due next stands on top of the clocks.</Step>;
  }
}

function Step({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={2}>{title}</Title>
      <Text component="div">{children}</Text>
    </div>
  );
}

function ConfirmHold({ incidentId, hold: { id, reason } }: { incidentId: string; hold: Incident['holds'][number] }) {
  const params = { incidentId, holdId: id };
  return (
    <Confirm
      label="Put it in force"
      isNext
      title="Put this in force?"
      act={() => ask('post', '/breaches/{incidentId}/holds/{holdId}/confirm', { params })}
    >
      {reason}
    </Confirm>
  );
}

function Close({ incidentId }: { incidentId: string }) {
  return (
    <Confirm
      label="Close the incident"
      isNext
      title="Close the incident?"
      act={() => ask('post', '/breaches/{incidentId}/close', { params: { incidentId } })}
    >
      Its record stays as it is from then on.
    </Confirm>
  );
}
