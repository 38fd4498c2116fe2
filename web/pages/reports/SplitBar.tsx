import { useId } from 'react';
import { counted } from '../../parts/Count.tsx';

const WIDTH = 200;
const HEIGHT = 14;

/** All people of a step as one bar: filled those who got it, hatched those to whom it is still to come, empty the others. */
export function SplitBar({ got, toCome, people }: { got: number; toCome: number; people: number }) {
  const hatch = useId();
  const scale = people === 0 ? 0 : WIDTH / people;
  const label = `${counted(people, 'person', 'people')}: ${got} got it, ${toCome} still to come, ${people - got - toCome} not`;
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT}>
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="6" fill="var(--decorum-bar)" />
        </pattern>
      </defs>
      <rect width={got * scale} height={HEIGHT} fill="var(--decorum-bar)" />
      <rect x={got * scale} width={toCome * scale} height={HEIGHT} fill={`url(#${hatch})`} />
      <rect x="0.5" y="0.5" width={WIDTH - 1} height={HEIGHT - 1} fill="none" stroke="var(--decorum-bar)" />
    </svg>
  );
}
