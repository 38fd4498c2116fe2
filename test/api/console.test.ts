import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><head><title>Decorum</title></head><body></body>');
writeFileSync(join(folder, 'assets', 'app-1.js'), 'export {};');
writeFileSync(join(folder, 'favicon.svg'), '<svg/>');

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({ consoleFolder: folder });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});
const html = { headers: { accept: 'text/html' } };

test.each(['/', '/launches', '/launches/1/people?state=paused'])(
  '%s is a page of the console, with a nonce of its own',
  async (path) => {
    const nonceOf = async () => {
      const { status, headers, body } = await api.stranger.get(path, html);
      expect(status).toBe(200);
      const nonce = /<meta name="csp-nonce" content="([^"]{20,})"/.exec(body as string)?.[1] ?? 'none';
      expect(headers.get('content-security-policy')).toContain(`style-src 'self' 'nonce-${nonce}'`);
      return nonce;
    };
    expect(await nonceOf()).not.toBe(await nonceOf());
  },
);

test('files are served as they are; hashed ones are kept for good', async () => {
  const asset = await api.stranger.get('/assets/app-1.js');
  expect(asset).toMatchObject({ status: 200, body: 'export {};' });
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect((await api.stranger.get('/favicon.svg')).status).toBe(200);
});

test.each(['/assets/app-0.js', '/v1/nothing'])('%s is not a page of the console', async (path) => {
  expect((await api.stranger.get(path, html)).status).toBe(404);
});
