import type { Definition } from '../domain/sequence.ts';
import type { Tx } from './transaction.ts';

/** What one sequence says at one version. */
export interface VersionKey {
  sequenceId: string;
  version: number;
}

const mostKept = 500;
const kept = new Map<string, Definition>();

/**
 * The definitions of these versions. A version is never changed, so it is read and parsed once in a process, and not again for each
 * message; the newest few hundred are kept.
 */
export async function definitionsOf(tx: Tx, versions: readonly VersionKey[]): Promise<(version: VersionKey) => Definition> {
  const keyOf = ({ sequenceId, version }: VersionKey) => `${tx.tenantId}/${sequenceId}/${version}`;
  const found = new Map<string, Definition>();
  for (const version of versions) {
    const key = keyOf(version);
    if (found.has(key)) continue;
    const definition = kept.get(key) ?? (await readDefinition(tx, version));
    found.set(key, definition);
    kept.delete(key); // put back as the newest
    kept.set(key, definition);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  }
  return (version) => {
    const definition = found.get(keyOf(version));
    if (!definition) throw new Error('The definition of a version was not asked for.');
    return definition;
  };
}

async function readDefinition(tx: Tx, { sequenceId, version }: VersionKey): Promise<Definition> {
  const { definition } = await tx.row<{ definition: Definition }>(
    `select definition from sequence_versions where sequence_id = $1 and version = $2`,
    [sequenceId, version],
  );
  return definition;
}
