import { useSession } from '../shell/session.ts';

/** To the workflow's page in the Temporal UI, where the installation says where that is. */
export function TemporalLink({ workflowId }: { workflowId: string }) {
  const { temporalUi } = useSession();
  if (temporalUi === null) return null;
  return (
    <a href={`${temporalUi}${encodeURIComponent(workflowId)}`} target="_blank" rel="noreferrer">
      Open in Temporal
    </a>
  );
}
