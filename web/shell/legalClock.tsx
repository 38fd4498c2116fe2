import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

interface Clock {
  /** The workspace's legal time, in milliseconds: a demo's runs faster than the one on the wall. */
  readonly now: number;
  readonly factor: number;
}

const Legal = createContext<Clock>({ now: 0, factor: 1 });

export function LegalClock({
  at,
  seenAt,
  factor,
  children,
}: {
  at: string;
  seenAt: number;
  factor: number;
  children: ReactNode;
}) {
  const [wall, setWall] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setWall(Date.now()), factor > 1 ? 2_000 : 20_000);
    return () => clearInterval(timer);
  }, [factor]);
  const clock = useMemo(() => {
    return { now: Date.parse(at) + Math.max(0, wall - seenAt) * factor, factor };
  }, [at, seenAt, factor, wall]);
  return <Legal value={clock}>{children}</Legal>;
}

export function useLegalClock(): Clock {
  return useContext(Legal);
}
