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

/** The token of the newest letter, which is of this kind. */
export async function tokenIn(api: Awaited<ReturnType<typeof serve>>, kind: string, address: string): Promise<string> {
  const [letter] = await lettersTo(api, address);
  expect(letter?.kind).toBe(kind);
  return letter?.token ?? '';
}
