import { Checkbox, Group, Stack, TextInput, Title } from '@mantine/core';
import type { Definition } from './draft.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** When messages may go, on the recipient's own clock. */
export function WindowFields({
  window,
  isReadOnly,
  onChange,
}: {
  window: Definition['window'];
  isReadOnly: boolean;
  onChange: (window: Definition['window']) => void;
}) {
  return (
    <Stack gap="xs" className="panel" role="group" aria-label="Send window">
      <Title order={2} size="h3">
        Send window, on the recipient's clock
      </Title>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="From"
          type="time"
          value={window.from}
          readOnly={isReadOnly}
          onChange={(event) => onChange({ ...window, from: event.currentTarget.value })}
        />
        <TextInput
          label="To"
          type={window.to === '24:00' ? 'text' : 'time'}
          value={window.to}
          readOnly={isReadOnly}
          onChange={(event) => onChange({ ...window, to: event.currentTarget.value })}
        />
        <Checkbox
          label="Not on the recipient's federal holidays"
          checked={window.skipHolidays}
          disabled={isReadOnly}
          onChange={(event) => onChange({ ...window, skipHolidays: event.currentTarget.checked })}
        />
      </Group>
      <Checkbox.Group
        label="Weekdays"
        value={window.weekdays.map(String)}
        onChange={(values) => onChange({ ...window, weekdays: values.map(Number).sort((a, b) => a - b) })}
      >
        <Group gap="sm" mt={4}>
          {days.map((day, index) => (
            <Checkbox key={day} label={day} value={String(index + 1)} disabled={isReadOnly} />
          ))}
        </Group>
      </Checkbox.Group>
    </Stack>
  );
}
