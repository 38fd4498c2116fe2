import type { ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A state as a word; the mark before it differs in shape too, because nothing important may be told by colour alone. */
export function State({ tone = 'quiet', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className="state" data-tone={tone}>
      {children}
    </span>
  );
}

/** `by_hand`, as the API names it, in words. */
export function inWords(name: string): string {
  return name.replaceAll(/[_.-]/g, ' ');
}
