/** The sweep: does what is due, a bounded number at a time. What it is says the kind of feed whose shard it is of (`feed-kinds.ts`). */
import { setTimeout as delay } from 'node:timers/promises';
import type { DueContext, FeedKinds } from './feeds/feed-kinds.ts';

const SWEEP_EVERY_MS = 1000;
const DUE_PER_SWEEP = 100;
/** What failed is tried again after this time, so that it does not stand before the others. */
const POSTPONE_MS = 60_000;

export interface DueDeps extends DueContext {
  readonly log?: (message: string, cause: unknown) => void;
  readonly kinds: FeedKinds;
}

/** Sweeps until `signal` aborts. */
export async function runDue(deps: DueDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const done = await sweep(deps).catch((cause: unknown) => {
      deps.log?.('the sweep failed', cause);
      return 0;
    });
    const pauseMs = done === DUE_PER_SWEEP ? 1 : SWEEP_EVERY_MS;
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Does what is due now, at most 100 of it; resolves to how much it was. */
export async function sweep({ log, kinds, ...context }: DueDeps): Promise<number> {
  const { store } = context;
  const dues = await store.due(DUE_PER_SWEEP);
  for (const due of dues) {
    try {
      await kinds.actOn(context, due);
    } catch (cause) {
      log?.(`what was due failed: ${due.shard} ${due.id}`, cause);
      await store.commit(due.shard, { due: [{ id: due.id, at: store.now() + POSTPONE_MS }] });
    }
  }
  return dues.length;
}
