/** `activeSession.json` of the tools that write specs: says where a dashboard runs, so that agents find the door. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { writePrivate } from '../data/private-file.ts';
import { isFolder } from '../files/folder.ts';
import { isAlive } from '../system/is-alive.ts';

type Env = Readonly<Record<string, string | undefined>>;

const Session = v.object({ url: v.string(), pid: v.pipe(v.number(), v.integer(), v.minValue(1)) });

/** The homes of both tools that exist on this machine. */
export async function toolHomes(env: Env): Promise<readonly string[]> {
  const home = env.HOME || homedir();
  const named = env.SPEC_WORKFLOW_HOME
    ? [env.SPEC_WORKFLOW_HOME]
    : [join(home, '.spec-workflow-mcp'), join(home, '.spec-context-mcp')];
  const found = await Promise.all(named.map(async (folder) => ((await isFolder(folder)) ? [folder] : [])));
  return found.flat();
}

export interface Dashboard {
  readonly url: string;
  readonly pid: number;
  /** Where it is registered. */
  readonly file: string;
}

/** A dashboard that runs and is not ours; undefined if none does. */
export function livingDashboard(homes: readonly string[]): Dashboard | undefined {
  return homes
    .flatMap((home) => {
      const session = readSession(home);
      return session === undefined ? [] : [{ ...session, file: sessionFile(home) }];
    })
    .find(({ pid }) => pid !== process.pid && isAlive(pid));
}

function sessionFile(home: string): string {
  return join(home, 'activeSession.json');
}

function readSession(home: string): v.InferOutput<typeof Session> | undefined {
  try {
    const text = readFileSync(sessionFile(home), 'utf8');
    const parsed = v.safeParse(Session, JSON.parse(text.slice(0, 64 * 1024)));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Says in each home that a dashboard runs at this address; disposing of it takes that back. A home that cannot be written to is reported. */
export async function announceSession(
  homes: readonly string[],
  { url, port }: { readonly url: string; readonly port: number },
  onTrouble: (file: string, error: unknown) => void,
): Promise<AsyncDisposable> {
  const startedAt = new Date().toISOString();
  const text = JSON.stringify({ url, port, pid: process.pid, startedAt }, null, 2);
  await Promise.all(
    homes.map(sessionFile).map((file) => writePrivate(file, text).catch((error: unknown) => onTrouble(file, error))),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      for (const home of homes)
        if (readSession(home)?.pid === process.pid)
          await rm(sessionFile(home), { force: true }).catch((error: unknown) => onTrouble(sessionFile(home), error));
    },
  };
}
