import { randomBytes } from 'node:crypto';
import { openBackups } from '../../../providers/backup/open.ts';
import { readEnvironment } from '../../../providers/environment.ts';

const opened = (variables: Record<string, string>) =>
  openBackups(
    readEnvironment({
      DATABASE_URL: 'postgres://owner:secret@127.0.0.1/decorum',
      DECORUM_SECRET: randomBytes(32).toString('base64url'),
      ...variables,
    }),
  );
const bucket = { BACKUP_S3_URL: 'https://s3.example.com/bucket', BACKUP_S3_KEY_ID: 'id', BACKUP_S3_SECRET: 'secret' };

test.each([
  { named: {}, is: 'none', because: 'nobody has named a store' },
  { named: { BACKUP_FOLDER: '/backups' }, is: 'a store', because: 'the ledger is in the folder' },
  { named: { ...bucket, BACKUP_LEDGER: '/ledger' }, is: 'a store', because: 'a bucket, and a file for the ledger' },
  { named: bucket, is: 'BACKUP_LEDGER', because: 'nothing can be appended to an object' },
  {
    named: { BACKUP_S3_URL: bucket.BACKUP_S3_URL, BACKUP_LEDGER: '/ledger' },
    is: 'BACKUP_S3_KEY_ID',
    because: 'nobody may write there',
  },
  {
    named: { BACKUP_FOLDER: '/backups', BACKUP_KEEP_DAYS: '30' },
    is: 'BACKUP_KEEP_DAYS',
    because: 'with a run a day one would be 31 days old',
  },
])('$named: $is, because $because', ({ named, is }) => {
  if (is === 'none') expect(opened(named)).toBeUndefined();
  else if (is === 'a store') expect(opened(named)?.keepDays).toBe(28);
  else expect(() => opened(named)).toThrow(is);
});
