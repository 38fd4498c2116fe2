import { Link } from '@tanstack/react-router';

export function Whom({ contact: { id, name, email } }: { contact: { id: string; name: string | null; email: string | null } }) {
  return (
    <Link to="/people/$contactId" params={{ contactId: id }}>
      {name ?? email ?? 'somebody without a name'}
    </Link>
  );
}
