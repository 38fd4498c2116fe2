import type { ReactNode } from 'react';
import { Facts } from '../../parts/Facts.tsx';
import { inWords } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

type Known = Readonly<Record<string, unknown>>;

/** What proves that a promise was kept, and the facts that its date follows from. */
export function Evidence({ evidence, basis }: { evidence: Known | null; basis: Known }) {
  return (
    <details>
      <summary>{evidence ? 'What shows it' : 'Why this date'}</summary>
      {evidence && <Facts facts={asFacts(evidence)} />}
      <p>The date follows from:</p>
      <Facts facts={asFacts(basis)} />
    </details>
  );
}

function asFacts(record: Known): (readonly [string, ReactNode])[] {
  return Object.entries(record).map(([name, value]) => [
    inWords(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)),
    typeof value !== 'string' ? JSON.stringify(value) : INSTANT.test(value) ? <When key={name} at={value} absolute /> : value,
  ]);
}
