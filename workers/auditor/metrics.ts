import { createServer, type Server } from 'node:http';
import { type Check, readChecks } from '../../db/auditor/findings.ts';
import type { Database } from '../../db/transaction.ts';

/** A port of the auditor's own: what it has to say must not depend on the processes that it watches. */
export function metricsServer(watcher: Database): Server {
  return createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') return void response.writeHead(404).end();
    readChecks(watcher).then(
      (checks) => response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8').end(exposition(checks)),
      () => response.writeHead(503).end(), // the record cannot be read: whoever scrapes sees that it is down
    );
  });
}

/** Prometheus' text format. */
function exposition(checks: readonly Check[]): string {
  const gauge = (name: string, help: string, of: (check: Check) => number) =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${checks.map((check) => `${name}{invariant="${check.invariant}"} ${of(check)}\n`).join('')}`;
  return [
    gauge('decorum_invariant_broken', 'Findings that stand, over all workspaces.', ({ broken }) => broken),
    gauge('decorum_invariant_failed', '1: the auditor could not look.', ({ failed }) => (failed === null ? 0 : 1)),
    gauge('decorum_invariant_looked_at_seconds', 'Unix time of the last look.', ({ lookedAt }) => lookedAt.getTime() / 1000),
    gauge('decorum_invariant_look_seconds', 'How long the last look took.', ({ tookMs }) => tookMs / 1000),
  ].join('');
}
