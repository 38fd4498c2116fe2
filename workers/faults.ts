import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../activities/mail/sendMessage.ts';

/**
 * Named fault points. Without a folder, always in production, they do nothing; in a fault run a file named after the point in that folder
 * kills the process there and then, as `kill -9` would, so that a seeded run dies exactly between two steps.
 */
export function faultPoints(folder: string | undefined): Fault {
  if (!folder) return () => Promise.resolve();
  return (point) => {
    const order = join(folder, point);
    if (existsSync(order)) {
      unlinkSync(order);
      process.kill(process.pid, 'SIGKILL');
    }
    return Promise.resolve();
  };
}
