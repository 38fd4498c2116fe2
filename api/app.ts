import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import helmet from 'helmet';
import { certificatePages, publicKeys } from './certificatePages.ts';
import type { Dependencies } from './dependencies.ts';
import { docs } from './docs.ts';
import { health } from './health.ts';
import { pageCss } from './html.ts';
import { exportDownload } from './exportDownload.ts';
import { mount } from './mount.ts';
import { observed, patternOf } from './observe.ts';
import { openApiOf } from './openapi.ts';
import { Problem } from './problem.ts';
import { routes } from './routes.ts';
import { forTemporalUi } from './temporalUi.ts';
import { unsubscribePages } from './unsubscribe.ts';

/** The whole HTTP side of the product: API, documents, public pages and, where it has been built, the console. */
export function createApp(deps: Dependencies): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // what the API answers is not kept by anybody
  app.set('query parser', 'simple');
  app.set('trust proxy', deps.trustedProxies ?? 'loopback'); // who may say whom they speak for, and nobody else
  app.use(observed(deps));
  app.use((_request, response, next) => {
    response.locals.nonce = deps.randomBytes(16).toString('base64');
    next();
  });
  app.use(security(deps.secureCookies));
  app.use(health(deps));

  app.use('/v1/histories', forTemporalUi(deps));
  const v1 = express.Router({ caseSensitive: true });
  mount(v1, routes, deps);
  app.use(docs(openApiOf(routes)));
  app.use('/v1', v1);
  app.use('/v1', () => {
    throw new Problem('not-found', 'The API has no such address. /docs lists those that it has.');
  });
  app.use('/u', unsubscribePages(deps));
  app.use('/certificates', certificatePages(deps));
  app.get('/.well-known/jwks.json', publicKeys(deps));
  app.use('/download', exportDownload(deps));
  app.get('/page.css', (_request, response) => void response.type('css').send(pageCss));
  if (deps.consoleFolder !== undefined && existsSync(join(deps.consoleFolder, 'index.html'))) {
    app.use(consoleFrom(deps.consoleFolder));
  }
  app.use(() => {
    throw new Problem('not-found', 'There is nothing at this address.');
  });
  app.use(asDocument(deps));
  return app;
}

/** A strict policy without helmet's upgrade-insecure-requests, which breaks plain http on one's own machine. */
function security(isTls: boolean): express.RequestHandler {
  return helmet({
    strictTransportSecurity: isTls,
    referrerPolicy: { policy: 'no-referrer' }, // an unsubscribe link must not leak through a click on the page
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // The console's component library writes one style element; it carries the nonce of the response.
        styleSrc: ["'self'", (_request, response) => `'nonce-${(response as express.Response).locals.nonce as string}'`],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

/** Every address that is no file is a page of the console, which routes by itself. */
function consoleFrom(folder: string): express.Router {
  const router = express.Router();
  const shell = readFileSync(join(folder, 'index.html'), 'utf8');
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false, fallthrough: false }),
  );
  router.use(express.static(folder, { index: false }));
  router.get('/{*page}', (request, response, next) => {
    if (!request.accepts('html')) return next();
    const nonce = `<meta name="csp-nonce" content="${response.locals.nonce as string}" /></head>`;
    response.set('Cache-Control', 'no-cache').type('html').send(shell.replace('</head>', nonce));
  });
  return router;
}

/** Whatever was thrown, as a problem document. What we did not foresee is logged, and told to nobody. */
function asDocument(deps: Dependencies): express.ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error); // the reply has begun: Express ends the connection, so that nobody takes the half for the whole
      return;
    }
    const problem = foreseen(error);
    if (problem.problem === 'internal')
      deps.log.error({ err: error, method: request.method, path: patternOf(request) }, 'unforeseen');
    response
      .status(problem.status)
      .set({ ...problem.headers, 'Cache-Control': 'no-store' })
      .type('application/problem+json')
      .send(JSON.stringify(problem.document));
  };
}

/** Of PostgreSQL, by decorum.enter() (migration 0024): nothing begins in a database that was restored. */
const closedAfterRestore = 'DC024';

function foreseen(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if ((error as { code?: string } | null)?.code === closedAfterRestore)
    return new Problem(
      'closed-after-restore',
      'People who were erased since the backup are being erased again. Nothing is changed meanwhile.',
      {
        headers: { 'Retry-After': '60' },
      },
    );
  const status = (error as { status?: number } | null)?.status; // of Express' own errors: a path that does not decode, a file that is not there or not below the folder
  if (status === 404 || status === 403) return new Problem('not-found', 'There is nothing at this address.');
  if (status === 400) return new Problem('malformed-request', 'The address cannot be read.');
  return new Problem(
    'internal',
    'The request changed nothing that we know of. It is safe to ask again with the same Idempotency-Key.',
  );
}
