import type { Database } from './transaction.ts';

const patienceMs = 2_000;

/** Whether PostgreSQL answers over this pool, and soon: one that is busy to the last connection cannot take a request. */
export async function answersSoon(db: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const answered = db.lookUp(`select 1`, []).then(
    () => true,
    () => false, // away: whoever asks is told so, the pool's own listener says why
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
