/** What agents have asked for by `sallyport mcp`, and how it ended: the same answer for seven days, also when the approval's file is gone. One private file for each request, because several agents run at once. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { readParsed, writePrivate } from '../data/private-file.ts';

const keptMs = 7 * 24 * 60 * 60_000;
/** A request is small; more of them than people decide in a week. */
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
  /** The worktree whose text it is about, an absolute path; absent for the root. */
  checkout: v.optional(v.string()),
  /** The approval's JSON in the project. */
  path: v.string(),
  file: v.string(),
  /** Of the file when it was asked about; absent where somebody else has asked. */
  fileRev: v.optional(v.string()),
  /** When it was asked, or answered (ms since 1970): from then on it is kept. */
  at: v.number(),
  answer: v.optional(Answer),
});
export type Asked = v.InferOutput<typeof Asked>;

export interface Requests {
  find(root: string, id: string): Asked | undefined;
  /** Adds a request, or replaces what is known of it. A folder that cannot be written costs what is remembered, never the request. */
  put(asked: Asked): Promise<void>;
}

/** The requests below a data folder, which is made with the first one. */
export function openRequests(data: string, now: () => number = Date.now): Requests {
  const folder = join(data, 'agents');
  const fileOf = (root: string, id: string) =>
    join(folder, `${createHash('sha256').update(`${root}\n${id}`).digest('hex')}.json`);
  return {
    find: (root, id) => {
      const asked = readParsed(fileOf(root, id), Asked);
      return asked === undefined || now() - asked.at >= keptMs ? undefined : asked;
    },
    put: async (asked) => {
      try {
        await writePrivate(fileOf(asked.root, asked.id), JSON.stringify(asked), { flush: false });
        await forgetOld(folder, now());
      } catch {
        // A sandbox may let the agent write in its project alone. The approval's own file answers while it is there.
      }
    },
  };
}

async function forgetOld(folder: string, now: number): Promise<void> {
  const names = await readdir(folder);
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? now })),
  );
  const newestFirst = aged.sort((a, b) => b.at - a.at);
  const old = newestFirst.filter(({ at }, place) => place >= keptMax || now - at >= keptMs);
  for (const { name } of old) await rm(join(folder, name), { force: true });
}
