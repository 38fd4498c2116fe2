import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';

/** What is looked for stands in the address: it can be shared, and going back brings it back. */
export function SearchField({ label, placeholder }: { label: string; placeholder?: string }) {
  const { search = '' } = useSearch({ strict: false });
  const [set] = useAddress();
  const later = useDebouncedCallback((text: string) => set({ search: text || undefined }), 250);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={placeholder ?? `${label} ( / )`}
      defaultValue={search}
      onChange={(event) => later(event.currentTarget.value)}
      data-search
      maw={420}
      flex="1 1 220px"
    />
  );
}

/** Changes filters in the address and leaves the others; no step back in the history for each key that is hit. */
export function useAddress(): [(change: Record<string, string | undefined>) => void] {
  const navigate = useNavigate();
  return [(change) => void navigate({ to: '.', search: (before: object) => ({ ...before, ...change }), replace: true })];
}
