/** One stream per browser: the tabs elect one of them by a Web Lock, and it sends changes to the others over a BroadcastChannel. A hidden tab gives up this role (the "office"). */
import { limits } from '#contract/limits.ts';
import { pause, withInner } from './pause.ts';

const lockName = 'sallyport-hears';

/** The channel between tabs. */
export interface Channel<Word> {
  tell(word: Word): void;
}

/** Opens the channel between the tabs of this browser; `hear` gets the messages of the others. */
export function openChannel<Word>(hear: (word: Word) => void): Channel<Word> {
  if (globalThis.BroadcastChannel === undefined) return { tell: () => {} };
  const channel = new BroadcastChannel('sallyport');
  channel.onmessage = ({ data }: MessageEvent<Word>) => hear(data);
  return { tell: (word) => channel.postMessage(word) };
}

export interface OfficeDeps {
  /** The work of the elected tab; ends with its signal. */
  readonly hear: (signal: AbortSignal) => Promise<void>;
  /** Another tab is elected now. */
  readonly follow: () => void;
  /** False if the tabs share no replica; then each has its own stream. */
  readonly isShared: boolean;
}

/** Does the work whenever this tab is visible and no other is elected, until `signal` aborts. */
export async function runOffice({ hear, follow, isShared }: OfficeDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await untilVisible(signal);
    if (signal.aborted) return;
    await withInner(signal, async (turn) => {
      const wait = new AbortController();
      const leave = leaveWhenHidden(turn, wait);
      try {
        if (!isShared || navigator.locks === undefined) return await hear(turn.signal);
        void navigator.locks.query().then(({ held = [] }) => {
          if (held.some(({ name }) => name === lockName)) follow();
        });
        await navigator.locks.request(lockName, { signal: wait.signal }, () => hear(turn.signal));
      } catch {
        // The wait for the lock was given up.
      } finally {
        leave();
        turn.abort();
      }
    });
  }
}

/** When the page is hidden, stops waiting for the office at once, and gives the office up after `limits.hiddenMs`, or at once if another tab waits for it. */
function leaveWhenHidden(turn: AbortController, wait: AbortController): () => void {
  const look = () => {
    if (document.visibilityState === 'visible') return;
    wait.abort();
    void leaveUnlessSeen(turn);
  };
  const freeze = () => turn.abort();
  const abortWait = () => wait.abort();
  document.addEventListener('visibilitychange', look);
  document.addEventListener('freeze', freeze);
  turn.signal.addEventListener('abort', abortWait);
  return () => {
    document.removeEventListener('visibilitychange', look);
    document.removeEventListener('freeze', freeze);
    turn.signal.removeEventListener('abort', abortWait);
  };
}

async function leaveUnlessSeen(turn: AbortController): Promise<void> {
  const until = Date.now() + limits.hiddenMs;
  while (!turn.signal.aborted && Date.now() < until && !(await isWanted())) {
    await pause(500, turn.signal);
    if (document.visibilityState === 'visible') return;
  }
  turn.abort();
}

async function isWanted(): Promise<boolean> {
  const locks = await navigator.locks?.query();
  return (locks?.pending ?? []).some(({ name }) => name === lockName);
}

/** Resolves when the page is visible or `signal` aborts. */
function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'visible' && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });
}

/** Runs unless this or another tab is already doing it. */
export function createAlone(): (id: string, run: () => Promise<void>) => Promise<void> {
  const here = new Set<string>();
  return async (id, run) => {
    if (here.has(id)) return;
    here.add(id);
    try {
      if (navigator.locks === undefined) await run();
      else
        await navigator.locks.request(`sallyport-wish-${id}`, { ifAvailable: true }, async (lock) => {
          if (lock !== null) await run();
        });
    } finally {
      here.delete(id);
    }
  };
}

/** Resolves once no other tab holds `name`; this one holds it until `signal` aborts. */
export function holdAlone(name: string, signal: AbortSignal): Promise<void> {
  if (navigator.locks === undefined) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const until = new Promise<void>((release) => signal.addEventListener('abort', () => release()));
  const held = () => {
    resolve();
    return until;
  };
  // What rejects is the wait that was given up.
  navigator.locks.request(`sallyport-hold-${name}`, { signal }, held).catch(() => {});
  return promise;
}
