import type { LanePool } from './lanePool.ts';

/** Takes every message and hands it to nobody: what a rehearsal has instead of a mail server. There is no socket in it. */
export const noTransport: LanePool = {
  hasTransport: false,
  take: () =>
    Promise.resolve({
      isUsable: true,
      prepare: () => Promise.resolve({ outcome: 'ready' }),
      data: () => Promise.resolve({ outcome: 'sent', response: '250 rehearsed' }),
      abandon: () => undefined,
      close: () => undefined,
    }),
  giveBack: () => undefined,
  close: () => undefined,
};
