import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runImport } from '../../activities/imports/runImport.ts';
import { deleteCompany } from '../../db/companies.ts';
import { deleteContact } from '../../db/contacts.ts';
import { accountedFor, deleteImport, findImport, type ImportOptions, listRefusals } from '../../db/imports.ts';
import { type Database, openDatabase, type Tx } from '../../db/transaction.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { personHasher } from '../../providers/personHashes.ts';
import { newImport } from '../builders/import.ts';
import { newTenant, newUser } from '../builders/tenant.ts';
import { testDatabase } from '../setup/database.ts';

const addressKey = Buffer.alloc(32, 7);
let database: Awaited<ReturnType<typeof testDatabase>>;
let db: Database;
let tenantId: string;
let userId: string;

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, max: 4 });
});
beforeEach(async () => {
  tenantId = await newTenant(db);
  userId = await inTenant(async (tx) => (await newUser(tx)).id);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

function inTenant<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.inTenant(tenantId, work);
}

function started(file: string | Buffer, options: Partial<ImportOptions> = {}, chunkBytes = 1000): Promise<string> {
  return newImport(db, { tenantId, by: userId, file, chunkBytes, ...options });
}

async function run(importId: string, { isOver = false, through = db } = {}): Promise<boolean> {
  return runImport({ db: through, addressKey, onProgress: () => {}, isOver: () => isOver }, tenantId, importId);
}

async function imported(file: string | Buffer, options: Partial<ImportOptions> = {}) {
  const id = await started(file, options);
  expect(await run(id)).toBe(false);
  return result(id);
}

async function result(importId: string) {
  const job = await inTenant((tx) => findImport(tx, importId));
  if (!job) throw new Error('The import is gone.');
  return job;
}

function contacts(): Promise<
  { email: string | null; title: string; tags: string[]; companyName: string; company: string | null }[]
> {
  return inTenant((tx) =>
    tx.rows(
      `select c.canonical_email as email, c.title, c.tags, c.company_name as "companyName", k.name as company
       from contacts c left join companies k on k.id = c.company_id order by c.canonical_email, c.import_row`,
    ),
  );
}

const data = join(__dirname, '../data');

test.each(['contacts-hubspot.csv', 'contacts-apollo.tsv'])(
  '%s into an empty workspace comes out exactly as expected',
  async (file) => {
    const expected = JSON.parse(await readFile(join(data, file.replace(/\.\w+$/, '.expected.json')), 'utf8')) as Record<
      string,
      unknown
    >;
    const job = await imported(await readFile(join(data, file)));
    expect(job).toMatchObject({
      state: 'done',
      rowsRead: expected.rows,
      accepted: expected.accepted,
      updated: 0,
      duplicate: expected.duplicate,
      rejected: expected.rejected,
    });
    expect(await contacts()).toHaveLength(job.accepted);
    const refused = await inTenant((tx) => listRefusals(tx, job.id, { after: 0, rows: 10_000 }));
    expect(refused).toHaveLength(job.rowsRead - job.accepted);
  },
);

test('the file is gone when its rows are in, and the workflow owes nothing', async () => {
  const { id } = await imported('Email\nann@example.com\n');
  const { chunks, open } = await inTenant((tx) =>
    tx.row<{ chunks: number; open: number }>(
      `select (select count(*) from import_chunks) as chunks,
         (select count(*) from outbox where workflow_id = $1 and state = 'open') as open`,
      [`import/${tenantId}/${id}`],
    ),
  );
  expect({ chunks, open }).toEqual({ chunks: 0, open: 0 });
});

test('what must not be kept is kept nowhere', async () => {
  const secrets = ['219-09-9999', '4111 1111 1111 1111', '078-05-1120'];
  await imported(`Email,Note\nann@example.com,SSN ${secrets[0]}\nbob@example.com,${secrets[1]}\n${secrets[2]}\n`);
  const kept = await inTenant((tx) =>
    tx.rows<{ text: string }>(
      `select c::text as text from contacts c union all select r::text from import_refusals r union all select i::text from imports i
       union all select k::text from import_chunks k`,
    ),
  );
  for (const secret of secrets) expect(JSON.stringify(kept)).not.toContain(secret);
  expect(kept).toHaveLength(4); // three refusals and the import
});

describe('resuming', () => {
  /** Like the golden file, long enough for several batches. */
  const manyRows = () => {
    const rows = Array.from({ length: 7_000 }, (_, i) => {
      if (i % 97 === 0) return `Dup ${i},p${i % 50}@many.example,,x`;
      if (i % 31 === 0) return `Phone ${i},,512 555 ${String(1000 + (i % 9000))},x`;
      if (i % 41 === 0) return `Bad ${i},a@b,,x`;
      return `Person ${i},p${i}@many.example,,x`;
    });
    return `Name,Email,Phone,Note\n${rows.join('\n')}\n`;
  };

  test('a crash between or inside batches makes no row twice and loses none', async () => {
    const whole = await imported(manyRows());
    const people = (await contacts()).length;

    const elsewhere = await newTenant(db);
    tenantId = elsewhere;
    userId = await inTenant(async (tx) => (await newUser(tx)).id);
    const id = await started(manyRows(), {}, 64_000);
    let transactions = 0;
    const dying: Database = {
      ...db,
      async inTenant(tenant, work) {
        transactions += 1;
        const dies = transactions % 5 === 0;
        return db.inTenant(tenant, async (tx) => {
          const done = await work(tx);
          if (dies) throw new Error('killed before the commit');
          return done;
        });
      },
    };
    let crashes = 0;
    for (let left = true; left; ) {
      try {
        left = await run(id, { through: crashes < 40 ? dying : db });
      } catch {
        crashes += 1;
      }
    }
    expect(crashes).toBeGreaterThan(2);
    const { rowsRead, accepted, duplicate, rejected } = await result(id);
    expect({ rowsRead, accepted, duplicate, rejected }).toEqual({
      rowsRead: whole.rowsRead,
      accepted: whole.accepted,
      duplicate: whole.duplicate,
      rejected: whole.rejected,
    });
    expect(await contacts()).toHaveLength(people);
  });

  test('a batch that ended before the one in front of it is not brought in again', async () => {
    const id = await started(manyRows(), {}, 64_000);
    const firstFails: Database = {
      ...db,
      inTenant: (tenant, work) =>
        db.inTenant(tenant, (tx) =>
          work({
            ...tx,
            run(sql, values = []) {
              if ((typeof sql === 'string' ? sql : sql.text).includes('rows_read = rows_read') && values[1] === 0)
                throw new Error('killed before the commit');
              return tx.run(sql, values);
            },
          }),
        ),
    };
    await expect(run(id, { through: firstFails })).rejects.toThrow('killed');
    expect(await inTenant((tx) => accountedFor(tx, id))).toEqual([[2_000, 4_000]]);
    expect(await run(id)).toBe(false);
    const job = await result(id);
    expect(job).toMatchObject({ state: 'done', rowsRead: 7_000, updated: 0 });
    expect(await contacts()).toHaveLength(job.accepted);
    expect(await inTenant((tx) => accountedFor(tx, id))).toEqual([[0, 7_000]]);
  });

  test('a turn ends between batches and the next one goes on', async () => {
    const id = await started(manyRows(), {}, 64_000);
    const turns: number[] = [];
    while (await run(id, { isOver: true })) turns.push((await result(id)).rowsRead);
    expect(turns.length).toBeGreaterThan(2);
    expect(turns).toEqual([...turns].sort((a, b) => a - b));
    expect(await result(id)).toMatchObject({ state: 'done', rowsRead: 7_000 });
  });

  test('two runs of one import at once do it once', async () => {
    const id = await started(manyRows(), {}, 64_000);
    const both = async () => {
      while (await run(id));
    };
    await Promise.all([both(), both()]);
    const job = await result(id);
    expect(job).toMatchObject({ state: 'done', rowsRead: 7_000 });
    expect(await contacts()).toHaveLength(job.accepted);
  });

  test('a cancelled import stops where it is', async () => {
    const id = await started(manyRows(), {}, 64_000);
    expect(await run(id, { isOver: true })).toBe(true);
    await inTenant((tx) => tx.run(`update imports set state = 'failed', failure = 'cancelled' where id = $1`, [id]));
    expect(await run(id)).toBe(false);
    expect((await result(id)).rowsRead).toBeLessThan(7_000);
  });
});

test('whoever was brought in stays when the import is forgotten', async () => {
  const { id } = await imported('Name,Email,Phone\nAnn,ann@example.com,\nBob,,512 555 0101\n');
  expect(await inTenant((tx) => deleteImport(tx, id))).toBe(true);
  expect(await contacts()).toHaveLength(2);
  expect(await inTenant((tx) => tx.rows(`select from contacts where import_id is not null`))).toEqual([]);
});

test('a company that is deleted while people of it come in leaves nobody behind with its name', async () => {
  await imported('Email\nann@acme.example\n');
  const { id: companyId } = await inTenant((tx) => tx.row<{ id: string }>(`select id from companies`));
  const people = Array.from({ length: 300 }, (_, i) => `p${i}@acme.example`).join('\n');
  const file = await started(`Email\n${people}\n`);
  await Promise.all([run(file), inTenant((tx) => deleteCompany(tx, companyId))]);
  const dangling = await inTenant((tx) =>
    tx.rows(
      `select from contacts c where company_id is not null and not exists (select from companies k where k.id = c.company_id)`,
    ),
  );
  expect(dangling).toEqual([]);
  expect(await contacts()).toHaveLength(301);
});

test('whatever stands in a cell comes in as it stands', async () => {
  const odd = ['NULL', 'a"b', 'back\\slash', '{curly},', "O'Brien", '', 'tab\there', 'Zoë 😀'];
  const quoted = odd.map((text, i) => `p${i}@odd.example,"${text.replaceAll('"', '""')}"`);
  await imported(`Email,Title\n${quoted.join('\n')}\n`);
  expect((await contacts()).map(({ title }) => title)).toEqual(odd);
});

describe('merging', () => {
  const first = 'Email,Title,Company,Fair\nAnn@Example.com,CTO,,Berlin\nbob@example.com,,Example Inc.,\n';
  const second = 'Email,Title,Company,Fair\nann@example.COM,CEO,Example Inc.,Paris\ncy@gmail.com,CFO,Cy & Sons,\n';

  test('what is there wins over what comes, unless told otherwise; nothing comes over something empty', async () => {
    await imported(first, { tags: ['spring'] });
    expect(await imported(second, { tags: ['autumn', 'spring'] })).toMatchObject({ accepted: 2, updated: 1 });
    expect(await contacts()).toMatchObject([
      { email: 'ann@example.com', title: 'CTO', companyName: 'Example Inc.', tags: ['autumn', 'spring'] },
      { email: 'bob@example.com', title: '', tags: ['spring'] },
      { email: 'cy@gmail.com', title: 'CFO' },
    ]);
  });

  test('told so, what comes wins, but an empty cell does not', async () => {
    await imported(first);
    await imported('Email,Title,Company,Fair\nann@example.com,CEO,,Paris\nbob@example.com,,,\n', { existing: 'overwrite' });
    expect(await contacts()).toMatchObject([
      { email: 'ann@example.com', title: 'CEO' },
      { email: 'bob@example.com', companyName: 'Example Inc.' },
    ]);
    const [ann] = await inTenant((tx) =>
      tx.rows<{ extra: object }>(`select extra from contacts where canonical_email = 'ann@example.com'`),
    );
    expect(ann?.extra).toEqual({ Fair: 'Paris' });
  });

  test('people of one domain are of one company; free mail goes by the name', async () => {
    await imported(first);
    await imported(second);
    await imported('Email,Company\ndee@gmail.com,CY & SONS\n,\n');
    expect((await contacts()).map(({ company }) => company)).toEqual(['Example Inc.', 'Example Inc.', 'Cy & Sons', 'Cy & Sons']);
    expect(await inTenant((tx) => tx.rows(`select from companies`))).toHaveLength(2);
  });

  test('two phones are two people, also when the file comes again', async () => {
    const file = 'Name,Phone\nAnn,512 555 0101\nBob,512 555 0101\n';
    expect(await imported(file)).toMatchObject({ accepted: 2 });
    expect(await contacts()).toHaveLength(2);
  });

  test('whoever comes is on the list', async () => {
    const listId = await inTenant(async (tx) => {
      const { id } = await tx.row<{ id: string }>(
        `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), 'Fair', 'import', $1) returning id`,
        [userId],
      );
      return id;
    });
    await imported(first);
    await imported(second, { listId });
    const listed = await inTenant((tx) =>
      tx.rows<{ email: string }>(
        `select canonical_email as email from list_members m join contacts c on c.id = m.contact_id where list_id = $1 order by 1`,
        [listId],
      ),
    );
    expect(listed.map(({ email }) => email)).toEqual(['ann@example.com', 'cy@gmail.com']);
  });

  test('two imports of the same people at once end as one', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => `p${i}@both.example,Company ${i % 40}`);
    const [one, other] = await Promise.all([
      started(`Email,Company\n${rows.join('\n')}\n`),
      started(`Email,Company\n${[...rows].reverse().join('\n')}\n`),
    ]);
    await Promise.all([run(one), run(other)]);
    expect((await result(one)).accepted + (await result(other)).accepted).toBe(6_000);
    expect((await result(one)).updated + (await result(other)).updated).toBe(3_000);
    expect(await contacts()).toHaveLength(3_000);
  });
});

describe('what an import never does', () => {
  test('bring back a deleted person', async () => {
    await imported('Email\nann@example.com\nbob@example.com\n');
    await inTenant(async (tx) => {
      const { id } = await tx.row<{ id: string }>(`select id from contacts where canonical_email = 'ann@example.com'`);
      await deleteContact(tx, id, userId, personHasher(addressKey, tenantId));
    });
    const again = await imported('Email,Title\nAnn@example.com,CTO\nann@EXAMPLE.com,CEO\nbob@example.com,\n');
    expect(again).toMatchObject({ rowsRead: 3, accepted: 1, updated: 1, duplicate: 0, rejected: { erased: 2 } });
    expect(await contacts()).toMatchObject([{ email: 'bob@example.com' }]);
    const refused = await inTenant((tx) => listRefusals(tx, again.id, { after: 0, rows: 10 }));
    expect(refused.map(({ cells }) => cells)).toEqual([null, null]);
  });

  test('revive an opt-out: it stays in force and is counted', async () => {
    const hash = addressHash(addressKey, tenantId, 'ann@example.com');
    await inTenant((tx) =>
      tx.run(
        `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id) values (decorum.tenant(), $1, 'email', decorum.tenant(), 'one_click', gen_random_uuid())`,
        [hash],
      ),
    );
    expect(await imported('Email\nANN@example.com\nbob@example.com\n')).toMatchObject({ accepted: 2, suppressed: 1 });
    const { held } = await inTenant((tx) =>
      tx.row<{ held: number }>(
        `select count(*) as held from contacts c join suppressions x on x.subject_hash = c.address_hash where c.canonical_email = 'ann@example.com'`,
      ),
    );
    expect(held).toBe(1);
  });
});
