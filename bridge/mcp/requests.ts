/** What agents have asked for by `sallyport mcp`, and how it ended: the same answer for seven days, also when the approval's file is gone. Kept beside the bridge's data, over all processes of agents. */
import { join } from 'node:path';
import * as v from 'valibot';
import { readParsed, writePrivate } from '../private-file.ts';

const dayMs = 24 * 60 * 60_000;
const keptMs = 7 * dayMs;
const keptMax = 500;

const Answer = v.object({
  status: v.string(),
  response: v.optional(v.string()),
  comments: v.optional(v.array(v.unknown())),
});
export type Answer = v.InferOutput<typeof Answer>;

const Asked = v.object({
  id: v.string(),
  root: v.string(),
  /** The approval's JSON in the project. */
  path: v.string(),
  file: v.string(),
  /** Of the file when it was asked about. */
  fileRev: v.string(),
  /** Ms since 1970. */
  at: v.number(),
  answer: v.optional(Answer),
});
export type Asked = v.InferOutput<typeof Asked>;

const Kept = v.object({ asked: v.array(Asked) });

export interface Requests {
  find(root: string, id: string): Asked | undefined;
  /** Adds a request, or replaces what is known of it. */
  put(asked: Asked): Promise<void>;
}

/** Reads the file each time, because several agents run at once; the last write of two at the same moment wins, which costs at most a remembered answer. */
export function openRequests(folder: string, now: () => number = Date.now): Requests {
  const file = join(folder, 'mcp-requests.json');
  const all = () => (readParsed(file, Kept)?.asked ?? []).filter(({ at }) => now() - at < keptMs);
  return {
    find: (root, id) => all().find((asked) => asked.root === root && asked.id === id),
    put: async (asked) => {
      const others = all().filter(({ root, id }) => root !== asked.root || id !== asked.id);
      await writePrivate(file, JSON.stringify({ asked: [...others, asked].slice(-keptMax) }));
    },
  };
}
