import { Button, Group, NativeSelect, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useAddress } from '../../parts/SearchField.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { DayTouches } from './DayTouches.tsx';
import { Holds } from './Holds.tsx';
import { type Week, weeksBetween } from './weeks.ts';
import './calendar.css';

type Shown = Reply<'get', '/rehearsals/{rehearsalId}/calendar'>;

/** Of the browser, as every other time in the console. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Week by week, everybody's or a part; below it one day, and what would be held. */
export function Calendar({ rehearsalId, fromAt, untilAt }: { rehearsalId: string; fromAt: string; untilAt: string }) {
  const { rep, mailbox, company, day } = useSearch({ from: '/inside/rehearsals/$rehearsalId' });
  const part = { ownerId: rep, mailboxId: mailbox, company };
  const params = { rehearsalId };
  const { data, error } = useQuery({
    queryKey: ['rehearsal-calendar', rehearsalId, part],
    queryFn: () => ask('get', '/rehearsals/{rehearsalId}/calendar', { params, query: { ...part, zone } }),
    placeholderData: keepPreviousData, // what was chosen does not lose the focus
  });
  if (!data) return error ? <ProblemNote error={error} /> : <Waiting />;
  const last = data.days.at(-1)?.day;
  const weeks = weeksBetween(dateOf(fromAt), last ?? dateOf(untilAt));
  return (
    <>
      <Parts shown={data} />
      <Weeks weeks={weeks} days={data.days} chosen={day} />
      {day !== undefined && <DayTouches rehearsalId={rehearsalId} day={day} zone={zone} part={part} mailboxes={data.mailboxes} />}
      <Holds rehearsalId={rehearsalId} counts={data.holds} part={part} />
    </>
  );
}

function Parts({ shown: { reps, mailboxes, companies } }: { shown: Shown }) {
  const { rep, mailbox, company } = useSearch({ from: '/inside/rehearsals/$rehearsalId' });
  const [set] = useAddress();
  const touches = (count: number) => counted(count, 'touch', 'touches');
  return (
    <Group>
      <NativeSelect
        aria-label="Rep"
        value={rep ?? ''}
        onChange={(event) => set({ rep: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every rep' },
          ...reps.map(({ id, name, touches: count }) => ({ value: id, label: `${name}, ${touches(count)}` })),
        ]}
      />
      <NativeSelect
        aria-label="Mailbox"
        value={mailbox ?? ''}
        onChange={(event) => set({ mailbox: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every mailbox' },
          ...mailboxes.map(({ id, address, touches: count }) => ({ value: id, label: `${address}, ${touches(count)}` })),
        ]}
      />
      <NativeSelect
        aria-label="Company"
        value={company ?? ''}
        onChange={(event) => set({ company: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every company' },
          ...companies.map(({ company: domain, touches: count }) => ({ value: domain, label: `${domain}, ${touches(count)}` })),
        ]}
      />
    </Group>
  );
}

function Weeks({ weeks, days, chosen }: { weeks: readonly Week[]; days: Shown['days']; chosen: string | undefined }) {
  const [set] = useAddress();
  const known = new Map(days.map((day) => [day.day, day]));
  return (
    <section aria-label="Calendar">
      <Title order={2}>Calendar</Title>
      <table className="weeks">
        <thead>
          <tr>
            {weekdays.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((date) => {
                const on = known.get(date);
                return (
                  <td key={date} data-chosen={date === chosen || undefined}>
                    <Text span size="xs" c="dimmed">
                      {dayName(date)}
                    </Text>
                    {on && (
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        px={2}
                        aria-label={`${dayName(date)}: ${inFull(on)}`}
                        aria-pressed={date === chosen}
                        onClick={() => set({ day: date === chosen ? undefined : date })}
                      >
                        {on.emails + on.tasks + on.calls}
                      </Button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function inFull({ emails, calls, tasks }: Shown['days'][number]): string {
  return [emails > 0 && counted(emails, 'message'), calls > 0 && counted(calls, 'call'), tasks > 0 && counted(tasks, 'task')]
    .filter(Boolean)
    .join(', ');
}

const short = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayName = (date: string) => short.format(new Date(`${date}T00:00:00Z`));

/** The ISO date of an instant on the browser's clock. */
function dateOf(at: string): string {
  return new Intl.DateTimeFormat('sv', { dateStyle: 'short' }).format(new Date(at));
}
