import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { fromJson, type History, inputsOf, personalDataIn } from '../workflows/histories.ts';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

const recorded = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({ name: file.replace('.json', ''), history: JSON.parse(readFileSync(join(__dirname, file), 'utf8')) as History }));

const workflows = ['abuseCase', 'abuseWatch', 'backup', 'billingRetention', 'accountDeletion',
  'breachNotification', 'contactImport', 'dataExport', 'dncRefresh', 'dncWatch', 'doNotCall', 'mailboxSender', 'outreachCohort', 'outreachSequence', 'personErasure', 'recordKeeping', 'rehearsal', 'restoreDrill', 'retentionSweep', 'suppression'];

function replay(history: History): Promise<void> {
  const codePath = process.env.DECORUM_WORKFLOW_BUNDLE ?? '';
  return Worker.runReplayHistory({ workflowBundle: { codePath } }, fromJson(history));
}

test('every workflow has a history, and one that went on as a new run', () => {
  expect(workflows.filter((workflow) => !recorded.some(({ name }) => name.startsWith(`${workflow}/`)))).toEqual([]);
  const continued = recorded.filter(({ history }) => history.events.at(-1)?.eventType.endsWith('CONTINUED_AS_NEW'));
  expect(continued.length).toBeGreaterThan(1);
});

describe.each(recorded)('$name', ({ name, history }) => {
  test('goes the same way under today\'s code', async () => {
    await replay(history);
  });

  test('holds no personal data', () => {
    expect(personalDataIn(history)).toEqual([]);
  });

  // A replay compares commands, not what they carry.
  test('hands its activities ids and numbers only, and those that it was started with', () => {
    const [start, ...acts] = inputsOf(history);
    expect(start?.name).toBe(name.split('/')[0]);
    expect(acts.length).toBeGreaterThan(0);
    for (const { input } of acts) expect(input).toEqual(start?.input);
    for (const value of start?.input ?? []) expect(String(value)).toMatch(/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+)$/);
  });
});

test('a workflow that would act otherwise is noticed', async () => {
  const [{ history }] = recorded.filter(({ name }) => name === 'suppression/oneClick') as [(typeof recorded)[0]];
  const other = JSON.parse(JSON.stringify(history).replaceAll('cancelNext', 'cancelAll')) as History;
  await expect(replay(other)).rejects.toThrow(/Nondeterminism/);
});
