import { join } from 'node:path';
import express from 'express';
import absolutePath from 'swagger-ui-dist/absolute-path.js';
import { html, page } from './html.ts';
import { problems } from './problem.ts';

// "Try it out" needs the CSRF token as any other client does.
const start = `window.ui = SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  requestInterceptor: async (request) => {
    if (!['GET', 'HEAD'].includes(request.method ?? 'GET') && !request.url.endsWith('/v1/session')) {
      const session = await fetch('/v1/session');
      if (session.ok) request.headers['X-CSRF-Token'] = (await session.json()).csrf;
    }
    return request;
  },
});`;

const shell = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Decorum API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>`;

/** The browsable documents: Swagger UI from this server, no script in the page, so that the strict policy holds here too. */
export function docs(openApi: object): express.Router {
  const router = express.Router();
  const assets = absolutePath();
  router.get('/v1/openapi.json', (_request, response) => void response.json(openApi));
  router.get('/docs', (_request, response) => void response.type('html').send(shell));
  router.get('/docs/start.js', (_request, response) => void response.type('js').send(start));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    router.get(`/docs/${file}`, (_request, response) => response.sendFile(join(assets, file)));
  }
  router.get('/problems', (_request, response) => void response.type('html').send(problemList));
  return router;
}

const problemList = page(
  'Problems',
  html`<h1>Problems that the API answers with</h1>
    <dl>
      ${Object.entries(problems).map(([name, { status, title }]) => html`<dt id="${name}">${name} (${status})</dt><dd>${title}.</dd>`)}
    </dl>`,
);
