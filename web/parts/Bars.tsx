const whole = new Intl.NumberFormat('en');

/** Numbers beside bars on one scale. The numbers say it all; the bars let one see it. */
export function Bars({ label, bars }: { label: string; bars: readonly (readonly [string, number])[] }) {
  const most = Math.max(1, ...bars.map(([, value]) => value));
  return (
    <dl className="bars" aria-label={label}>
      {bars.map(([name, value]) => (
        <div key={name} className="bar-row">
          <dt>{name}</dt>
          <dd aria-hidden="true">
            <div className="bar" style={{ width: `${(100 * value) / most}%` }} />
          </dd>
          <dd className="number">{whole.format(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
