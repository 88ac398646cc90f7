/** Asks a PAC file for the way to an address: a worker runs it without network and files, names are resolved here, and all of it has a time limit. The worker lives for one question. */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { limits } from '#contract/limits.ts';
import { bareHost } from '../proxy.ts';
import type { PacOutcome, PacRun } from './worker.ts';

/** What a PAC file answers for `target`, such as `PROXY a:3128; DIRECT`. It is told the origin alone. Throws an Error whose message says what is wrong with the file. */
export async function evaluatePac(text: string, target: URL): Promise<string> {
  const worker = await startWorker();
  const names = new Map<string, string | null>();
  const run: PacRun = { text, url: `${target.origin}/`, host: bareHost(target), names, ownAddress: ownAddress() };
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  const timer = setTimeout(() => reject(new Error(`it gives no answer within ${limits.pacMs / 1000} s`)), limits.pacMs);
  worker.once('error', reject);
  const answered = () => new Promise<PacOutcome>((resolve) => worker.once('message', resolve));
  try {
    for (;;) {
      const answer = answered();
      worker.postMessage(run);
      const outcome = await Promise.race([answer, broken]);
      if ('result' in outcome) return outcome.result;
      if ('failed' in outcome) throw new Error(outcome.failed);
      if (names.size + outcome.wants.length > limits.pacNamesMax)
        throw new Error(`it asks for more than ${limits.pacNamesMax} names`);
      const resolved = Promise.all(outcome.wants.map(async (name) => names.set(name, await addressOf(name))));
      await Promise.race([resolved, broken]);
    }
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

async function startWorker(): Promise<Worker> {
  // A release has both beside its one file.
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(isSource ? './worker.ts' : './pac-worker.mjs', import.meta.url);
  const engine = new URL(
    isSource ? import.meta.resolve('quickjs-wasi/quickjs.wasm') : './quickjs.wasm',
    import.meta.url,
  );
  // Most bridges have no PAC file.
  const { Worker } = await import('node:worker_threads');
  return new Worker(file, {
    workerData: { wasm: await readFile(engine) },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
}

async function addressOf(name: string): Promise<string | null> {
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch {
    return null;
  }
}

/** The first address of this machine on a network, as browsers tell it. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
