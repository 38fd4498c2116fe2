import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { personalWords } from './campaign.ts';
import type { World } from './world.ts';

const folder = join(__dirname, '../replay');

/** The wire form as JSON: names of enums, base64 of bytes. */
export interface History {
  events: { eventId: string; eventType: string; [attributes: string]: unknown }[];
}

const Wire = temporal.api.history.v1.History;
const asJson = (history: temporal.api.history.v1.IHistory): History =>
  Wire.toObject(Wire.create(history), { enums: String, longs: String, bytes: String }) as History;
export const fromJson = (history: History): temporal.api.history.v1.History => Wire.fromObject(history);

export interface Run {
  workflowId: string;
  runId: string;
  history: History;
}

/** The history with its payloads as they were before the codec, in place. */
async function readable(world: World, history: temporal.api.history.v1.IHistory): Promise<temporal.api.history.v1.IHistory> {
  const isPayload = (value: object): value is Payload => 'metadata' in value && 'data' in value;
  const look = async (value: object): Promise<void> => {
    for (const [key, each] of Object.entries(value) as [keyof typeof value, unknown][]) {
      if (each === null || typeof each !== 'object' || each instanceof Uint8Array) continue;
      if (isPayload(each)) value[key] = (await world.codec.decode([each]))[0] as never;
      else await look(each);
    }
  };
  await look(history);
  return history;
}

/** Every run of a workflow that led to the one now, by continue-as-new, oldest first; readable. */
export async function runsOf(world: World, workflowId: string): Promise<Run[]> {
  const runs: Run[] = [];
  let runId = (await world.client.workflow.getHandle(workflowId).describe()).runId;
  for (;;) {
    const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift({ workflowId, runId, history: asJson(await readable(world, history)) });
    const before = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return runs;
    runId = before;
  }
}

/** Every workflow that the record knows, with all its runs. */
export async function allRuns(world: World, tenantId: string): Promise<Run[]> {
  const known = await world.ask<{ id: string }>(`select workflow_id as id from outbox where tenant_id = $1 order by 1`, [
    tenantId,
  ]);
  const runs: Run[] = [];
  for (const { id } of known) runs.push(...(await runsOf(world, id)));
  return runs;
}

/**
 * With DECORUM_RECORD set, keeps a history for the replay suite under its workflow's name and what happened. One that is there stays: it
 * stands for the runs of its day, which must go on under today's code. (DECORUM_RECORD=again: for what no installation has run yet.)
 */
export function keep(run: Run | undefined, name: string): void {
  if (!run) throw new Error(`There is no history to keep as ${name}.`);
  const path = join(folder, `${name}.json`);
  if (process.env.DECORUM_RECORD === undefined || (existsSync(path) && process.env.DECORUM_RECORD !== 'again')) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{"events":[\n${run.history.events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`);
}

/** The personal words in a history, each with where it was found: in what can be read, and in payloads. */
export function personalDataIn(history: History): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string, key: string): void => {
    if (key === 'binaryChecksum') return; // of the worker's package, whose name has an @
    if (typeof value === 'string') {
      const text = key === 'data' || path.includes('.metadata.') ? Buffer.from(value, 'base64').toString('utf8') : value;
      for (const { word, pattern } of patterns) if (pattern.test(text)) found.push(`${path}: ${word}`);
    } else if (value !== null && typeof value === 'object') {
      for (const [inner, each] of Object.entries(value)) look(each, `${path}.${inner}`, inner);
    }
  };
  look(history.events, 'events', 'events');
  return found;
}

const patterns = personalWords.map((word) => ({
  word,
  pattern: new RegExp(/^[a-z]/.test(word) ? `\\b${word}\\b` : `\\${word}`, 'i'),
}));

/** Everything of a workflow's runs that a reader with its key can see, as one text. */
export function textOf(runs: readonly Run[]): string {
  const json = JSON.stringify(runs.map(({ history }) => history));
  const payloads = [...json.matchAll(/"data":"([^"]+)"/g)].map(([, data]) => Buffer.from(data ?? '', 'base64').toString());
  return [json, ...payloads].join('\n');
}

interface Named {
  workflowType?: { name: string };
  activityType?: { name: string };
  input?: { payloads?: { data: string }[] };
}

/** What the workflow was started with, then what each of its activities was, in order. */
export function inputsOf(history: History): { name: string; input: unknown[] }[] {
  return history.events.flatMap((event) => {
    const attributes = (event.workflowExecutionStartedEventAttributes ?? event.activityTaskScheduledEventAttributes) as
      | Named
      | undefined;
    if (!attributes) return [];
    const name =
      (attributes.workflowType && !attributes.activityType ? attributes.workflowType : attributes.activityType)?.name ?? '';
    const input = (attributes.input?.payloads ?? []).map(
      ({ data }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown,
    );
    return [{ name, input }];
  });
}
