import { Button, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { tokenOfLetter } from './Outside.tsx';

/** Behind the link of the letter to a new address. A click, because programs that scan mail open links, too. */
export function ConfirmEmail() {
  const [token] = useState(tokenOfLetter);
  const navigate = useNavigate();
  const { save, isSaving, error } = useSaving(
    () => ask('post', '/account/email/confirm', { body: { token } }),
    () => void navigate({ to: '/account', replace: true }),
  );
  return (
    <Page title="Your new address" about="From now on you log in with the address that the letter came to.">
      <ProblemNote error={error} />
      <Group>
        <Button onClick={() => save()} loading={isSaving}>
          Use this address
        </Button>
      </Group>
    </Page>
  );
}
