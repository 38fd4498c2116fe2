/**
 * The time within which DATA may begin (DESIGN, idea 6). It is opened *before* the gate is asked, so it ends no later than the
 * `wire_until` that the gate writes: past it nobody starts to send, and an unsubscribe that waited so long may answer.
 */
export interface WireWindow {
  /** What is left; 0 or less when no DATA may begin any more. */
  leftMs(): number;
}

const WIRE_WINDOW_MS = 8_000;

/** Two clocks, and the one that ran further counts: the monotonic one stands still while a machine is suspended, the other can be set. */
export interface Clocks {
  monotonicMs(): number;
  wallMs(): number;
}

const realClocks: Clocks = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export function openWireWindow(lengthMs: number = WIRE_WINDOW_MS, clocks: Clocks = realClocks): WireWindow {
  const monotonicStart = clocks.monotonicMs();
  const wallStart = clocks.wallMs();
  return { leftMs: () => lengthMs - Math.max(clocks.monotonicMs() - monotonicStart, clocks.wallMs() - wallStart) };
}
