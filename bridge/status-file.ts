/** The state of a running bridge, in a file of its data folder, for `sallyport status`. */
import * as v from 'valibot';
import { Condition } from '#contract/condition.ts';
import { type Way, ways } from '#contract/ladder.ts';
import { lockHolder } from './data/lock.ts';
import { readParsed, writePrivate } from './data/private-file.ts';
import { type LinkState, linkStates } from './sync/link.ts';

const StatusKept = v.object({
  relay: v.string(),
  state: v.picklist(linkStates),
  /** ISO 8601: since when. */
  since: v.string(),
  /** What the link is connected to or waits for. */
  why: v.optional(v.string()),
  /** The proxies on the way to the relay, and who decided. */
  way: v.optional(v.object({ by: v.string(), source: v.string(), says: v.string() })),
  /** How far an upload is that takes a while. */
  uploading: v.optional(v.object({ there: v.number(), left: v.number(), perSecond: v.number() })),
  /** In which way inputs of channels come; absent while no channel takes any. */
  inbox: v.optional(v.picklist(ways)),
  /** What a person should hear of while it lasts. */
  conditions: v.optional(v.array(Condition)),
  /** The door for agents, and who waits there. */
  agents: v.optional(
    v.object({
      url: v.string(),
      waiting: v.array(v.object({ project: v.string(), approval: v.string(), since: v.string() })),
    }),
  ),
  projects: v.array(
    v.object({ id: v.string(), name: v.string(), root: v.string(), state: v.string(), documents: v.number() }),
  ),
});
export type StatusKept = v.InferOutput<typeof StatusKept>;

export interface StatusFile extends AsyncDisposable {
  note(
    status: Pick<StatusKept, 'state' | 'why' | 'way' | 'uploading' | 'inbox' | 'conditions' | 'agents'> & {
      readonly projects: readonly StatusKept['projects'][number][];
    },
  ): void;
}

/** How inputs come, after "what people type comes". */
export function inboxText(way: Way): string {
  if (way === 'events') return 'live';
  return `by ${way === 'long-poll' ? 'long-polls' : 'short polls'}: event streams do not come through here`;
}

/** A status file that is written after each change, one write after another; of changes during a write, the last counts. */
export function openStatusFile(path: string, relay: string): StatusFile {
  let writing: Promise<void> = Promise.resolve();
  let next: string | undefined;
  const write = async () => {
    const text = next;
    next = undefined;
    if (text !== undefined) await writePrivate(path, text, { flush: false }).catch(() => undefined);
  };
  let last: { readonly state: LinkState; readonly since: string } | undefined;
  return {
    note: ({ state, why, ...now }) => {
      const since = last?.state === state ? last.since : new Date().toISOString();
      last = { state, since };
      const status = { relay, state, since, why, ...now };
      if (next === undefined) writing = writing.then(write);
      next = `${JSON.stringify(status)}\n`;
    },
    [Symbol.asyncDispose]: () => writing,
  };
}

/** The status of the bridge on a data folder; `running` is undefined where none runs now. */
export function readStatus(
  folder: string,
  file: string,
): { readonly pid: number | undefined; readonly kept: StatusKept | undefined } {
  return { pid: lockHolder(folder)?.pid, kept: readParsed(file, StatusKept) };
}
