import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../../api.ts';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';

/** What a person may ask for: everything about them alone (P8). */
export function ExportPerson({ contactId }: { contactId: string }) {
  const navigate = useNavigate();
  const start = useSaving(
    () => ask('post', '/exports', { body: { contactId } }),
    () => void navigate({ to: '/exports' }),
  );
  if (!useMay()('exports.write')) return null;
  return (
    <Button variant="default" onClick={() => start.save()} loading={start.isSaving}>
      Export their data
    </Button>
  );
}
