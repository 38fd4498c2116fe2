import { PasswordInput } from '@mantine/core';

/** A password that is chosen: what it needs is length, so nothing is asked of its letters, and a manager may fill it in. */
export function NewPassword({
  value,
  change,
  error,
  least = 15,
}: {
  value: string;
  change: (value: string) => void;
  error?: string | undefined;
  least?: number;
}) {
  return (
    <PasswordInput
      label="New password"
      description={`At least ${least} characters: a few words that belong together for you alone`}
      autoComplete="new-password"
      required
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      error={error}
    />
  );
}
