const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en');

/** A number with the share that it is, and of what: a rate without its denominator says nothing. */
export function Rate({ rate: { count, of, share } }: { rate: { count: number; of: number; share: number | null } }) {
  return (
    <span className="tabular">
      {whole.format(count)}
      {share !== null && ` of ${whole.format(of)}, ${percent.format(share)}`}
    </span>
  );
}
