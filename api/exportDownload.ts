import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response } from 'express';
import { audited } from '../db/audit/log.ts';
import { bytesOf } from '../db/exports/archive.ts';
import { type Export, findExport } from '../db/exports/exports.ts';
import { readExport } from '../providers/exportToken.ts';
import { byteRange } from './byteRange.ts';
import type { Dependencies } from './dependencies.ts';
import { Problem } from './problem.ts';

/**
 * The archives behind their links (P8). Without a session, so that a download manager fetches what a browser began; in parts, so that a
 * broken download of a big account goes on where it was. A link says until when; an archive that was deleted is gone for all of them.
 */
export function exportDownload(deps: Dependencies): express.Router {
  const router = express.Router();
  router.get('/:token', (request, response) => download(deps, request.params.token, request, response));
  router.all('/:token', (_request, response) => void response.status(405).set('Allow', 'GET, HEAD').end());
  return router;
}

async function download(deps: Dependencies, token: string, request: Request, response: Response): Promise<void> {
  const claims = readExport(deps.linkKeys, token, deps.now());
  const found = claims && (await deps.db.inTenant(claims.tenantId, (tx) => findExport(tx, claims.exportId)));
  if (!claims || found?.state !== 'done' || !found.sha256) {
    throw new Problem('not-found', 'The link has expired, or its file was deleted: make a new one on the page of exports.');
  }
  const entity = `"${found.sha256.toString('hex')}"`;
  // RFC 9110, 13.1.5: the rest of another file would be no rest.
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === entity;
  const range = isSame ? byteRange(request.headers.range, found.bytes) : null;
  response.set({ 'Cache-Control': 'no-store', 'Accept-Ranges': 'bytes', ETag: entity });
  if (range === 'none') {
    response.status(416).set('Content-Range', `bytes */${found.bytes}`).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: found.bytes - 1 };
  response.status(range ? 206 : 200).set({
    'Content-Type': 'application/zip',
    'Content-Length': String(to - from + 1),
    'Content-Disposition': `attachment; filename="${nameOf(found)}"`,
    ...(range && { 'Content-Range': `bytes ${from}-${to}/${found.bytes}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const entry = { action: 'export downloaded', subjectKind: 'export', subjectId: found.id };
  await deps.db.inTenant(claims.tenantId, (tx) => audited(tx, entry)); // each part: all but the first byte is as good as the whole
  await pipeline(Readable.from(bytesOf(deps.db, claims.tenantId, found.id, from, to + 1)), response);
}

const nameOf = ({ contactId, createdAt }: Export): string =>
  `${contactId === null ? 'account' : 'person'}-${createdAt.toISOString().slice(0, 10)}.zip`;
