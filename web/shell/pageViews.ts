import { ask } from '../api.ts';
import { router } from '../router.tsx';

/**
 * Tells our own API, and nobody else, which page was opened (P1: usage data): its pattern, so neither ids nor searches. A page view that
 * is lost is no harm.
 */
export function notePageViews(): void {
  let before = '';
  router.subscribe('onRendered', () => {
    const { matches } = router.state;
    const page = matches.at(-1)?.fullPath ?? '';
    if (page === before || !matches.some(({ routeId }) => routeId === '/inside')) return;
    before = page;
    ask('post', '/usage/pages', { body: { page } }).catch(() => undefined); // the page is there all the same
  });
}
