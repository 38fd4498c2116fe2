import { Button, Group, NativeSelect, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';
import { roles } from './RoleSelect.tsx';

type Draft = Body<'post', '/invitations'>;
const blank: Draft = { email: '', role: 'rep' };

/** Invites by letter, and shows whom a letter waits for. */
export function Invitations() {
  const { data, error } = useQuery({ queryKey: ['invitations'], queryFn: () => ask('get', '/invitations') });
  const [draft, setDraft] = useState(blank);
  const [invited, setInvited] = useState('');
  const invitation = useSaving(
    () => ask('post', '/invitations', { body: draft }),
    () => {
      setInvited(draft.email);
      setDraft(blank);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invitation.save();
  };
  return (
    <Stack className="panel">
      <Title order={2} id="invite">
        Invite
      </Title>
      <ProblemNote error={error ?? invitation.error} />
      <form onSubmit={submit} aria-labelledby="invite">
        <Group align="flex-end">
          <TextInput
            label="Address"
            type="email"
            required
            flex="1 1 220px"
            value={draft.email}
            onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
            error={invitation.fault('/email')}
          />
          <NativeSelect
            label="Role"
            data={[...roles]}
            value={draft.role}
            onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value as Draft['role'] })}
          />
          <Button type="submit" loading={invitation.isSaving}>
            Send an invitation
          </Button>
          <span role="status">{invited && `Invited ${invited}.`}</span>
        </Group>
      </form>
      {data && data.items.length > 0 && (
        <ul className="plain" aria-label="Open invitations">
          {data.items.map(({ id, email, role, sentAt, expiresAt }) => (
            <li key={id}>
              <Group justify="space-between">
                <div className="words">
                  {email}, {role}: {sentAt ? 'sent' : 'waits to be sent'}, good until <When at={expiresAt} absolute />
                </div>
                <Confirm
                  label="Take back"
                  size="xs"
                  title={`Take back the invitation of ${email}?`}
                  act={() => ask('delete', '/invitations/{invitationId}', { params: { invitationId: id } })}
                >
                  The link in the letter is dead from now on.
                </Confirm>
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}
