import { Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Download } from '../../parts/Download.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';

/** The open promises in one's own calendar program: as a file once, or by an address that it reads again every hour. */
export function CalendarLink() {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        In your calendar
      </Button>
      <Modal opened={isOpen} onClose={close} title="Promises in your calendar">
        {isOpen && <Address />}
      </Modal>
    </>
  );
}

function Address() {
  const { data, error } = useQuery({
    queryKey: ['calendar-link'],
    queryFn: () => ask('get', '/obligations/calendar-link'),
  });
  if (!data) return error ? <ProblemNote error={error} /> : <Waiting />;
  const address = new URL(data.path, window.location.origin).href;
  return (
    <Stack>
      <Text>
        Give this address to your calendar program. Whoever has it sees what is due, without names, for as long as your role may:
        keep it to yourself.
      </Text>
      <Code block tabIndex={0} aria-label="Address of the calendar" className="words">
        {address}
      </Code>
      <CopyButton value={address}>
        {({ copied, copy }) => (
          <Group>
            <Button onClick={copy} data-autofocus>
              Copy the address
            </Button>
            <Download path="/obligations.ics" label="Download once" />
            <span role="status">{copied ? 'Copied.' : ''}</span>
          </Group>
        )}
      </CopyButton>
    </Stack>
  );
}
