import type { ReactNode } from 'react';
import { Text, Title } from '@mantine/core';
import type { Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { FileLine } from './FileLine.tsx';

export type Incident = Reply<'get', '/breaches/{incidentId}'>;
type Line = Incident['lines'][number];

const tones: Readonly<Record<Line['standing'], Tone>> = {
  open: 'quiet',
  met: 'good',
  late: 'bad',
  waived: 'quiet',
  void: 'quiet',
};

const isRunning = ({ standing, metAt }: Line) => metAt === null && (standing === 'open' || standing === 'late');

/** Every clock of the incident, what runs out first on top, each with the law that set it. */
export function Clocks({ incident }: { incident: Incident }) {
  return (
    <section aria-label="Clocks">
      <Title order={2}>Clocks</Title>
      <Summary lines={incident.lines} />
      <Table incident={incident} />
    </section>
  );
}

/** How many there are of each kind, and which one ends next. */
function Summary({ lines }: { lines: readonly Line[] }) {
  const running = lines.filter(isRunning);
  const late = running.filter(({ standing }) => standing === 'late').length;
  const [next] = running.filter(({ standing }) => standing === 'open').toSorted((a, b) => a.dueAt.localeCompare(b.dueAt));
  return (
    <Text c="dimmed" mb="xs">
      {counted(running.length, 'clock')} of {lines.length} {running.length === 1 ? 'runs' : 'run'}
      {late > 0 && `, ${late} late`}.{' '}
      {next && (
        <>
          The next ends in <TimeLeft until={next.dueAt} isBare />: {next.recipient}
          {!next.recipient.includes(next.state) && `, ${next.state}`}.
        </>
      )}
    </Text>
  );
}

function Table({ incident }: { incident: Incident }) {
  return (
    <table className="listing" role="table" aria-label="Clocks by jurisdiction">
      <thead role="rowgroup">
        <tr role="row">
          {['Jurisdiction', 'Who must be told', 'Due', 'Standing', 'Law'].map((head) => (
            <th key={head} role="columnheader" scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {incident.lines.map((line) => (
          <tr key={line.id} role="row">
            <Cell head="Jurisdiction">{line.state === '' ? 'everywhere' : line.state}</Cell>
            <Cell head="Who must be told">
              {line.recipient}
              {line.strictlyBefore && <Text size="sm">before the users</Text>}
              {line.conditional && <Text size="sm">on a condition</Text>}
              {line.channel !== '' && <Text size="sm">{line.channel}</Text>}
            </Cell>
            <Cell head="Due">
              <When at={line.dueAt} absolute />
              {isRunning(line) && (
                <div>
                  <TimeLeft until={line.dueAt} />
                </div>
              )}
            </Cell>
            <Cell head="Standing">
              <State tone={line.isRed ? 'bad' : tones[line.standing]}>
                {line.isRed && line.standing === 'open' ? 'file it now' : line.standing}
              </State>
              {line.metAt !== null && (
                <div>
                  <When at={line.metAt} absolute />
                </div>
              )}
              {line.receiptName !== null && (
                <div>
                  <a href={`/v1/breaches/${incident.id}/lines/${line.id}/receipt`}>{line.receiptName}</a>
                </div>
              )}
              {line.audience !== 'users' && line.filedAt === null && incident.state === 'open' && (
                <FileLine incidentId={incident.id} line={line} />
              )}
            </Cell>
            <Cell head="Law">
              {line.citation}
              {line.isDoubtful && <Text size="sm">Doubtful: the strict reading counts.</Text>}
            </Cell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ head, children }: { head: string; children: ReactNode }) {
  return (
    <td role="cell" data-label={head}>
      <div>{children}</div>
    </td>
  );
}
