import { counted } from './Count.tsx';

const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('en');

export interface Day {
  readonly day: string;
  readonly count: number;
}

/** A number of each day as bars from left to right. What they show is said in words first, and in a table on demand. */
export function DayBars({ label, days, one }: { label: string; days: readonly Day[]; one: string }) {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const total = days.reduce((sum, { count }) => sum + count, 0);
  return (
    <figure className="days" aria-label={label}>
      <figcaption>
        {label}: <span className="tabular">{counted(total, one)}</span> in {counted(days.length, 'day')}
      </figcaption>
      <div className="day-bars" aria-hidden="true">
        {days.map(({ day, count }) => (
          <div key={day} title={`${nameOf(day)}: ${whole.format(count)}`} className="day-slot">
            <div className="day-bar" style={{ height: `${(100 * count) / most}%` }} />
          </div>
        ))}
      </div>
      <div className="day-ends" aria-hidden="true">
        <span>{nameOf(days[0]?.day)}</span>
        <span>most {whole.format(Math.max(0, ...days.map(({ count }) => count)))} a day</span>
        <span>{nameOf(days.at(-1)?.day)}</span>
      </div>
      <details>
        <summary>The numbers</summary>
        <table>
          <tbody>
            {days
              .filter(({ count }) => count > 0)
              .map(({ day, count }) => (
                <tr key={day}>
                  <th scope="row">{nameOf(day)}</th>
                  <td className="number">{whole.format(count)}</td>
                </tr>
              ))}
          </tbody>
        </table>
        {total === 0 && <p>None on any day.</p>}
      </details>
    </figure>
  );
}

function nameOf(day: string | undefined): string {
  return day === undefined ? '' : date.format(new Date(`${day}T00:00:00Z`));
}
