import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time so far, in seconds. Linux tells by /proc; elsewhere nothing is known. */
export interface CpuSeconds {
  worker: number;
  postgres: number;
  temporal: number;
}

export function cpuOf(pids: Readonly<Record<keyof CpuSeconds, number>>): CpuSeconds | null {
  if (process.platform !== 'linux') return null;
  const processes = allProcesses();
  const own = (pid: number): number => processes.get(pid)?.own ?? 0;
  // A session of PostgreSQL is a process: those that live, and those that have ended since the start.
  let postgres = own(pids.postgres) + (processes.get(pids.postgres)?.endedChildren ?? 0);
  for (const child of processes.values()) if (child.parent === pids.postgres) postgres += child.own;
  return { worker: own(pids.worker), postgres, temporal: own(pids.temporal) };
}

export function cpuBetween(before: CpuSeconds | null, after: CpuSeconds | null): CpuSeconds | null {
  if (!before || !after) return null;
  return {
    worker: after.worker - before.worker,
    postgres: after.postgres - before.postgres,
    temporal: after.temporal - before.temporal,
  };
}

/** The most memory that the process ever held, in MiB. */
export function peakMemoryMiB(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? null : Math.round(Number(kib) / 1024);
}

interface ProcessTimes {
  parent: number;
  own: number;
  endedChildren: number;
}

let ticksPerSecond: number | undefined;

function allProcesses(): Map<number, ProcessTimes> {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const ticks = ticksPerSecond;
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    } catch {
      continue; // it has ended since the folder was read
    }
    // The command's name may hold blanks and brackets: proc(5) counts from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (n: number): number => Number(fields[n - 3]);
    processes.set(Number(name), {
      parent: field(4),
      own: (field(14) + field(15)) / ticks,
      endedChildren: (field(16) + field(17)) / ticks,
    });
  }
  return processes;
}
