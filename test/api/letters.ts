import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { signLetter } from '../../providers/letterToken.ts';
import type { serve } from './serve.ts';

/** The letters that the record holds for an address, the newest first, each with the token that its link would carry. */
export async function lettersTo(
  { ownerUrl, deps }: Awaited<ReturnType<typeof serve>>,
  address: string,
): Promise<{ kind: string; token: string; tenantId: string }[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ kind: string; tenantId: string; letterId: string }>(
      `select kind, tenant_id as "tenantId", id as "letterId" from account_letters where address = $1 order by created_at desc`,
      [address],
    );
    return rows.map(({ kind, tenantId, letterId }) => ({
      kind,
      tenantId,
      token: signLetter(deps.linkKeys, { tenantId, letterId }),
    }));
  } finally {
    await client.end();
  }
}

/** The token of the newest letter, once it is of this kind: some are written behind the answer. */
export async function tokenIn(api: Awaited<ReturnType<typeof serve>>, kind: string, address: string): Promise<string> {
  const patient = AbortSignal.timeout(15_000);
  for (;;) {
    const [letter] = await lettersTo(api, address);
    if (letter?.kind === kind) return letter.token;
    if (patient.aborted) throw new Error(`The newest letter to ${address} is ${letter?.kind ?? 'none'}, not ${kind}.`);
    await sleep(20);
  }
}
