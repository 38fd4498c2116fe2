import { Facts } from '../../parts/Facts.tsx';
import { inWords } from '../../parts/State.tsx';

type Known = Readonly<Record<string, unknown>>;

/** What proves that a promise was kept, and the facts that its date follows from. */
export function Evidence({ evidence, basis }: { evidence: Known | null; basis: Known }) {
  return (
    <details>
      <summary>{evidence ? 'Show' : 'None yet; the facts'}</summary>
      {evidence && <Facts facts={asFacts(evidence)} />}
      <p>The date follows from:</p>
      <Facts facts={asFacts(basis)} />
    </details>
  );
}

function asFacts(record: Known): (readonly [string, string])[] {
  return Object.entries(record).map(([name, value]) => [
    inWords(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
