import { NativeSelect } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useAddress } from './SearchField.tsx';

type Choice = string | { readonly value: string; readonly label: string };

/** A filter that stands in the address under `name`; its first choice leaves nobody out. */
export function FilterField({
  name,
  label,
  all,
  choices,
}: {
  name: string;
  label: string;
  all: string;
  choices: readonly Choice[];
}) {
  const given: Readonly<Record<string, string | undefined>> = useSearch({ strict: false });
  const [set] = useAddress();
  return (
    <NativeSelect
      aria-label={label}
      maw={220}
      value={given[name] ?? ''}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
      data={[{ value: '', label: all }, ...choices]}
    />
  );
}
