import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../../api.ts';
import { useSaving } from '../../parts/saving.ts';
import { blankContact, ContactForm, contactBody, type ContactDraft } from './ContactForm.tsx';

export function AddContact({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const navigate = useNavigate();
  const saving = useSaving(
    (draft: ContactDraft) => ask('post', '/contacts', { body: contactBody(draft) }),
    ({ id }) => void navigate({ to: '/people/$contactId', params: { contactId: id } }),
  );
  return (
    <Modal opened={isOpen} onClose={close} title="Add a person">
      {isOpen && <ContactForm contact={blankContact} label="Add" saving={saving} close={close} />}
    </Modal>
  );
}
