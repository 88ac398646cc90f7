/** The worker of the search: started by the first search, ended with the session. */

let worker: Worker | undefined;

/** The one that runs, or a new one. */
export function searchWorker(): Worker {
  worker ??= new Worker(new URL('./search-worker.ts', import.meta.url), { type: 'module' });
  return worker;
}

/** Ends it, and with it the index. */
export function endSearch(): void {
  worker?.terminate();
  worker = undefined;
}
