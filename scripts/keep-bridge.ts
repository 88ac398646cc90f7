/** Keeps one bridge running beside the relay of `npm start`: a bridge that ends is started again, and the relay never ends with it. */
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodes } from '../bridge/system/exit-codes.ts';
import type { BridgeEnd, RunningBridge, SyncedProject } from './start-bridge.ts';

export interface KeptBridge extends AsyncDisposable {
  /** Resolves once every document is up for the first time. */
  readonly synced: Promise<readonly SyncedProject[]>;
  /** Resolves to the exit code of a first bridge that its settings do not let start. */
  readonly unusable: Promise<number>;
}

export interface KeepOptions {
  readonly start: () => RunningBridge;
  /** Prints a line for the person at the terminal. */
  readonly say: (line: string) => void;
  /** The bridge's data folder, which holds the machine's key. */
  readonly folder: string;
}

const waitMsMin = 1000;
const waitMsMax = 60_000;
/** A bridge that ran for so long was not one that cannot start. */
const steadyMs = 60_000;

/** Starts a bridge and keeps it running until disposed of. */
export function keepBridge({ start, say, folder }: KeepOptions): KeptBridge {
  const stopping = new AbortController();
  const synced = Promise.withResolvers<readonly SyncedProject[]>();
  const unusable = Promise.withResolvers<number>();
  let bridge = start();
  const keep = async () => {
    let wasSynced = false;
    let waitMs = waitMsMin;
    for (;;) {
      const began = performance.now();
      void bridge.synced.then((projects) => {
        wasSynced = true;
        synced.resolve(projects);
      });
      const end = await bridge.ended;
      if (stopping.signal.aborted) return;
      if (end.code === exitCodes.usage && !wasSynced) return unusable.resolve(end.code);
      const final = finalSentence(end, folder);
      if (final !== undefined) return say(final);
      if (performance.now() - began > steadyMs) waitMs = waitMsMin;
      say(
        `The bridge has ended (${nameOf(end)}). The relay goes on, and the bridge starts again in ${waitMs / 1000} s.`,
      );
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      waitMs = Math.min(waitMsMax, waitMs * 2);
      bridge = start();
    }
  };
  const kept = keep();
  return {
    synced: synced.promise,
    unusable: unusable.promise,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await bridge[Symbol.asyncDispose]();
      await kept;
    },
  };
}

/** What to do about an end that another start would only repeat; undefined for every other end. */
function finalSentence({ code }: BridgeEnd, folder: string): string | undefined {
  if (code === exitCodes.notSignedIn)
    return `The relay does not take this machine's key any more. The relay goes on without a bridge. Stop with Ctrl-C and start again: a machine whose key was replaced gets its new one. To add a machine that was removed anew, delete ${folder} first.`;
  if (code === exitCodes.incompatible)
    return 'A later bridge has taken the place of this one (superseded), or the relay is of a newer release; the lines above say which. The relay goes on without a bridge. To take the machine back, stop the other one and start again.';
  return undefined;
}

function nameOf({ code, signal }: BridgeEnd): string {
  return signal === null ? `exit code ${code}` : signal;
}
