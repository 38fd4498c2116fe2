import { Link } from '@tanstack/react-router';
import { counted } from '../../parts/Count.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';

/** Every version that was saved: none is lost, and a launch that runs keeps its own. */
export function Versions({ sequenceId, shown }: { sequenceId: string; shown: number }) {
  const { rows = [] } = useRows('/sequences/{sequenceId}/versions', { params: { sequenceId } });
  return (
    <details>
      <summary>{counted(rows.length, 'version')}</summary>
      <ul>
        {rows.map(({ version, createdAt, launches }) => (
          <li key={version}>
            <Link
              to="/sequences/$sequenceId"
              params={{ sequenceId }}
              search={{ version: String(version) }}
              aria-current={version === shown ? 'true' : undefined}
            >
              Version {version}
            </Link>
            , <When at={createdAt} />
            {launches > 0 && `, runs in ${counted(launches, 'launch', 'launches')}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
