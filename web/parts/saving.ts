import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Refusal } from '../api.ts';

export interface Saving<Given> {
  readonly save: (given: Given) => void;
  readonly isSaving: boolean;
  readonly error: Error | null;
  /** What the API said about the field at this JSON pointer. */
  readonly fault: (pointer: string) => string | undefined;
  readonly reset: () => void;
}

/** Something that changes the record. A refusal keeps whatever was typed; afterwards every list is read anew. */
export function useSaving<Given = void, Result = unknown>(
  act: (given: Given) => Promise<Result>,
  done?: (result: Result, given: Given) => void,
): Saving<Given> {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: act,
    onSuccess: async (result, given) => {
      done?.(result, given);
      await queries.invalidateQueries();
    },
  });
  const { error } = mutation;
  const faults = error instanceof Refusal ? (error.document.errors ?? []) : [];
  return {
    save: mutation.mutate,
    isSaving: mutation.isPending,
    error,
    fault: (pointer) => faults.find((fault) => fault.pointer === pointer)?.message,
    reset: mutation.reset,
  };
}
