import type { Route } from './route.ts';
import { sessionRoutes } from './routes/session.ts';

/** Every route of the API. What is not in this list does not exist. */
export const routes: readonly Route[] = [...sessionRoutes];
