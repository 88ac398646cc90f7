/** Says whether the process runs, and whether it can do its work. */
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The handlers of `/livez` and `/readyz`. */
export function healthHandlers({ checkReady }: RouteDeps) {
  return {
    livez: () => ({ json: { status: 'live' } }),
    readyz: async () => {
      await checkReady();
      return { json: { status: 'ready' } };
    },
  } satisfies Partial<Handlers>;
}
