import { Button, Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask, type Asked, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useAddress } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useLegalClock } from '../../shell/legalClock.tsx';
import { monthAfter, monthOf, viewerZone, weeksOf } from './days.ts';
import { promiseOf, stateWords, tones } from './promises.ts';

type Due = Reply<'get', '/obligations/days'>['items'][number];
type Filter = Omit<NonNullable<Asked<'get', '/obligations/days'>['query']>, 'month' | 'zone'>;

const nameOfMonth = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' });
const nameOfDay = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A month of promises: on each day what is due, counted; a day leads to its table. */
export function Month({ filter }: { filter: Filter }) {
  const { now } = useLegalClock();
  const given = useSearch({ from: '/inside/obligations' }).month ?? '';
  const [set] = useAddress();
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(given) ? given : monthOf(new Date(now));
  const query = { ...filter, month, zone: viewerZone };
  const { data, error } = useQuery({
    queryKey: ['obligation-days', query],
    queryFn: () => ask('get', '/obligations/days', { query }),
    refetchInterval: 10_000,
  });
  return (
    <section aria-label="Calendar">
      <Group mb="sm">
        <Button variant="default" onClick={() => set({ month: monthAfter(month, -1) })}>
          Month before
        </Button>
        <Title order={2} aria-live="polite">
          {nameOfMonth.format(new Date(`${month}-01T00:00:00`))}
        </Title>
        <Button variant="default" onClick={() => set({ month: monthAfter(month, 1) })}>
          Month after
        </Button>
      </Group>
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <Weeks month={month} due={data.items} />}
    </section>
  );
}

function Weeks({ month, due }: { month: string; due: readonly Due[] }) {
  return (
    <>
      {/* Roles are said again because a table that is laid out as blocks on a small screen would lose them. */}
      <table className="month" role="table" aria-label="Promises by the day on which they are due">
        <thead role="rowgroup">
          <tr role="row">
            {weekdays.map((weekday) => (
              <th key={weekday} role="columnheader" scope="col">
                {weekday}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {weeksOf(month).map((week, number) => (
            <tr key={`${month} ${number}`} role="row">
              {week.map((day, place) => (
                <Day key={weekdays[place]} day={day} due={due.filter((one) => one.day === day)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {due.length === 0 && <p>Nothing is due in this month.</p>}
    </>
  );
}

function Day({ day, due }: { day: string | null; due: readonly Due[] }) {
  const { view: _view, month: _month, ...kept } = useSearch({ from: '/inside/obligations' });
  if (day === null) return <td role="cell" className="no-day" />;
  const name = nameOfDay.format(new Date(`${day}T00:00:00`));
  return (
    <td role="cell" className={due.length === 0 ? 'free-day' : undefined}>
      {due.length === 0 ? (
        <span className="tabular">{Number(day.slice(-2))}</span>
      ) : (
        <Link to="/obligations" search={{ ...kept, day }} aria-label={`${name}: show what is due`}>
          <span className="tabular">{Number(day.slice(-2))}</span>
        </Link>
      )}
      <ul className="plain">
        {due.map(({ kind, state, isOverdue, count }) => (
          <li key={`${kind} ${state} ${String(isOverdue)}`}>
            {promiseOf(kind)}
            <div>
              <State tone={isOverdue ? 'bad' : tones[state]}>
                {count} {isOverdue ? 'overdue' : stateWords[state]}
              </State>
            </div>
          </li>
        ))}
      </ul>
    </td>
  );
}
