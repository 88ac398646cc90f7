/** Begins a keeper: a process of its own session, without anything of ours but the data folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cleaned, type Variables } from './environment.ts';
import { protocol } from './wire.ts';

// A release has its one file beside the keeper's.
const isSource = import.meta.url.endsWith('.ts');

const at = (source: string, release: string) => fileURLToPath(new URL(isSource ? source : release, import.meta.url));

/** The words that run the keeper's program: its own file, since the bridge's would load what no keeper needs. */
export function keeperProgram(): readonly string[] {
  // What programs write without end goes through a few loops, which V8's best compiler makes fast; a bridge has none like them.
  return [...nodeSettings().flags, '--turbofan', at('./main.ts', './keeper.mjs')];
}

/** How Node runs it: as the bridge. */
function nodeSettings(): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(at('../node.json', './node.json'), 'utf8'));
}

/** The words that run the keeper of a data folder. It says which protocol it wants: an update may have replaced the keeper's file under a bridge that runs. */
export function keeperWords(dataFolder: string): readonly string[] {
  return [...keeperProgram(), '--data', dataFolder, `--protocol=${protocol}`];
}

export function keeperEnvironment(env: Variables): Record<string, string> {
  return { ...cleaned(env), ...nodeSettings().env };
}

/** Starts the process; it outlives this one. `lingerMs` is how long it stays without a child, where that is not the usual time. */
export function beginKeeper(dataFolder: string, env: Variables, lingerMs?: number): ChildProcess {
  const words = [...keeperWords(dataFolder), ...(lingerMs === undefined ? [] : [`--linger-ms=${lingerMs}`])];
  const child = spawn(process.execPath, words, {
    ...{ cwd: '/', env: keeperEnvironment(env), stdio: 'ignore', detached: true, windowsHide: true },
  });
  child.on('error', () => undefined);
  child.unref();
  return child;
}
