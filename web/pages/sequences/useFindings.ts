import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask, Refusal } from '../../api.ts';
import type { Definition, Finding } from './draft.ts';

const AFTER_TYPING_MS = 400;

/** What the content checks say about words that are still being written, and what the API could not even read of them. */
export function useFindings(definition: Definition): {
  findings: readonly Finding[];
  faultsAt: (index: number) => string[];
  others: Error | null;
} {
  const [settled] = useDebouncedValue(definition, AFTER_TYPING_MS);
  const { data, error } = useQuery({
    queryKey: ['content-checks', settled],
    queryFn: ({ signal }) => ask('post', '/content-checks', { body: { definition: settled }, signal }),
    placeholderData: keepPreviousData,
    enabled: isWritten(settled),
    retry: false,
    staleTime: 60_000,
  });
  const faults = error instanceof Refusal ? (error.document.errors ?? []) : [];
  const isAbout = (index: number) => (fault: { pointer?: string }) =>
    fault.pointer?.startsWith(`/definition/steps/${index}/`) ?? false;
  const isAboutAStep = faults.some(({ pointer }) => /^\/definition\/steps\/\d+\//.test(pointer ?? ''));
  return {
    findings: error ? [] : (data?.findings ?? []),
    faultsAt: (index) =>
      faults.filter(isAbout(index)).map(({ pointer = '', message }) => `${pointer.split('/')[4] ?? ''}: ${message}`),
    others: isAboutAStep ? null : error,
  };
}

/** Nobody needs to be told that a step is empty which they have just added. */
function isWritten({ steps }: Definition): boolean {
  return steps.every((step) => (step.kind === 'email' ? step.text : step.title) !== '');
}
