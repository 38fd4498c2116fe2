import type { ExportFile } from '../../db/exports/archive.ts';
import type { Export } from '../../db/exports/exports.ts';
import type { ExportPlan } from '../../db/exports/plan.ts';

export const manifestName = 'manifest.json';

/** What is in the archive, to be checked against it, and what is not, and why. */
export function manifestOf(tenantId: string, job: Export, plan: ExportPlan, files: readonly ExportFile[]): string {
  const written = new Set(files.map(({ name }) => name));
  return `${JSON.stringify(
    {
      format: 'decorum export 1',
      account: tenantId,
      contact: job.contactId,
      askedAt: job.createdAt.toISOString(),
      reading:
        'CSV as of RFC 4180 in UTF-8; instants in UTC; bytes in base64; a text that a spreadsheet would take for a formula begins with an apostrophe. Each row is as it was when it was read.',
      files: files.map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256: sha256.toString('hex') })),
      empty: [...plan.empty, ...plan.tables.map(({ name }) => name).filter((name) => !written.has(`${name}.csv`))].sort(),
      omitted: plan.omitted,
    },
    null,
    2,
  )}\n`;
}
