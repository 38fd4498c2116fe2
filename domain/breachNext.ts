import type { Audience } from './breachNotice.ts';

export type NextAction = 'confirm_hold' | 'facts' | 'approve' | 'file' | 'people' | 'wait' | 'close' | 'none';

export interface Standing {
  readonly isClosed: boolean;
  readonly isStarted: boolean;
  readonly missing: readonly string[];
  readonly hasUnconfirmedHold: boolean;
  readonly hasApproved: boolean;
  readonly owed: number;
  readonly undone: number;
  readonly lines: readonly {
    readonly id: string;
    readonly audience: Audience;
    readonly isOpen: boolean;
    readonly strictlyBefore: boolean;
  }[];
}

/**
 * The one thing that an officer should do now. What must come before the users' notice is filed before that is approved; what only follows
 * from it is filed after.
 */
export function nextAction(standing: Standing): { action: NextAction; lineId: string | null } {
  const { lines } = standing;
  const unfiled = lines.filter(({ audience, isOpen }) => audience !== 'users' && isOpen);
  const first = unfiled.find(({ strictlyBefore }) => strictlyBefore);
  const act = (action: NextAction, lineId: string | null = null) => ({ action, lineId });
  if (standing.isClosed) return act('none');
  if (standing.hasUnconfirmedHold) return act('confirm_hold');
  if (!standing.isStarted) {
    if (standing.missing.length > 0) return act('facts');
    if (first) return act('file', first.id);
    if (!standing.hasApproved && lines.some(({ audience, isOpen }) => audience === 'users' && isOpen)) return act('approve');
  }
  if (unfiled[0]) return act('file', (first ?? unfiled[0]).id);
  if (standing.undone > 0) return act('people');
  if (standing.missing.length > 0) return act('facts');
  return act(lines.some(({ isOpen }) => isOpen) || standing.owed > 0 ? 'wait' : 'close');
}
