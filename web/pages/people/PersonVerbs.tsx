import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { nameOf } from '../../parts/ContactPicker.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';
import { contactBody, type ContactDraft, ContactForm } from '../contacts/ContactForm.tsx';

type Contact = Reply<'get', '/contacts/{contactId}'>;

export function PersonVerbs({ contact }: { contact: Contact }) {
  const may = useMay();
  const navigate = useNavigate();
  const [isOpen, { open, close }] = useDisclosure(false);
  const params = { contactId: contact.id };
  const saving = useSaving(
    (draft: ContactDraft) => ask('patch', '/contacts/{contactId}', { params, body: contactBody(draft) }),
    close,
  );
  const { email } = contact;
  return (
    <>
      {may('contacts.write') && (
        <Button variant="default" onClick={open}>
          Edit
        </Button>
      )}
      {may('suppressions.write') && email !== null && !contact.suppressed && (
        <Confirm
          label="Never write again"
          title="Suppress this person?"
          dangerous
          act={() => ask('post', '/suppressions', { body: { address: email, channel: 'all' } })}
        >
          Ends every sequence for {email} at once: no e-mail and no call any more. There is no way back by software.
        </Confirm>
      )}
      {may('contacts.delete') && (
        <Confirm
          label="Delete"
          title={`Delete ${nameOf(contact)}?`}
          dangerous
          act={async () => {
            await ask('delete', '/contacts/{contactId}', { params });
            await navigate({ to: '/contacts' });
          }}
        >
          Stops what is on its way and deletes the person's data. No import brings them back, and an opt-out stays in force. This
          cannot be undone.
        </Confirm>
      )}
      {may('erasures.write') && (
        <Confirm
          label="Erase everything"
          title={`Erase everything kept of ${nameOf(contact)}?`}
          dangerous
          act={async () => {
            await ask('post', '/contacts/{contactId}/erasure', { params, body: { because: 'asked' } });
            await navigate({ to: '/data-map' });
          }}
        >
          What was sent, answered and noted goes too, in every table. A legal hold is waited for. An opt-out stays in force, and
          no import brings the person back. This cannot be undone.
        </Confirm>
      )}
      <Modal opened={isOpen} onClose={close} title="Edit">
        {isOpen && <ContactForm contact={draftOf(contact)} label="Save" saving={saving} close={close} />}
      </Modal>
    </>
  );
}

function draftOf({
  email,
  phone,
  zone,
  firstName,
  lastName,
  companyName,
  title,
  city,
  state,
  country,
  tags,
}: Contact): ContactDraft {
  return {
    firstName,
    lastName,
    companyName,
    title,
    city,
    state,
    country,
    tags,
    email: email ?? '',
    phone: phone ?? '',
    zone: zone ?? '',
  };
}
