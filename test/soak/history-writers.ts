/** The writers of a history: an editor that saves, people who edit by command and read what was acknowledged, and one who runs programs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { revOf } from '../../bridge/files/rev.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import type { MachineInWorld } from '../kit/world.ts';
import { endOf } from './commanding.ts';
import { FRESH_MS } from './history-calm.ts';
import { type Ground, knows } from './history-ground.ts';
import { read } from './history-reads.ts';

/** The relay, and the way to it, may be away for so long. */
const OUTAGE_MS_MAX = 120_000;

/** Notes before it is written which text a version will be. */
function versionOf({ versions }: Ground, path: string, version: number): string {
  const text = specText(`Version ${version} of ${path}`);
  versions.set(revOf(Buffer.from(text)), { path, version });
  return text;
}

/** An editor: it saves, often faster than a bridge can tell, and whether a bridge runs or not. Each few saves it waits until everybody has seen them. */
export async function save(
  ground: Ground,
  machine: MachineInWorld,
  file: { readonly root: string; readonly path: string },
  below: (bound: number) => number,
): Promise<void> {
  const { root, path } = file;
  for (let version = 1; !ground.signal.aborted; version += 1) {
    const text = versionOf(ground, path, version);
    if (version === 1) await writeFiles(root, { [path]: text });
    else await writeFile(join(root, path), text);
    ground.steps.push({ is: 'written', path, version });
    if (version % 5 === 0) await untilSeen(ground, machine, path, version);
    await delay(50 + below(400));
  }
}

/** Waits until the relay and the readers have a version; where that takes long although all is calm, that is noted. */
async function untilSeen(ground: Ground, machine: MachineInWorld, path: string, version: number): Promise<void> {
  const since = performance.now();
  const behind = async () => {
    if ((await read(ground, machine, path)) !== version) return 'relay';
    return [...ground.told].find(([, told]) => (told.get(path) ?? version) < version)?.[0];
  };
  for (let who = await behind(); who !== undefined; who = await behind()) {
    const waited = performance.now() - since;
    if (waited > OUTAGE_MS_MAX) throw new Error(`${path} ${version} is not at the ${who} after ${OUTAGE_MS_MAX} ms`);
    if (Math.min(waited, ground.times.calmMs() ?? 0) > FRESH_MS)
      return void ground.steps.push({ is: 'late', who, path, version });
    if (ground.signal.aborted && who !== 'relay') return;
    await delay(50);
  }
}

/** Somebody who edits by command, each time the text that was acknowledged, and reads what was written. */
export async function edit(
  ground: Ground,
  machine: MachineInWorld,
  spec: string,
  below: (bound: number) => number,
): Promise<void> {
  const path = `specs/${spec}/LOG.md`;
  let rev = 'absent';
  for (let version = 1; !ground.signal.aborted; version += 1) {
    const content = versionOf(ground, path, version);
    const args = { project: machine.name, spec, document: 'LOG.md', content };
    const record = await done(ground, machine, `${spec}-${version}`, 'spec-document-write', args, { ifRev: rev });
    ground.steps.push({ is: 'written', path, version });
    knows(ground, path, version);
    rev = (record.result as { rev: string }).rev;
    await read(ground, machine, path);
    await delay(below(300));
  }
}

/** Somebody who runs programs, each of which leaves a line: what was done twice has two. */
export async function run(
  ground: Ground,
  machine: MachineInWorld,
  file: string,
  below: (bound: number) => number,
): Promise<void> {
  const effects = new Map<string, string>();
  const noted = new Map<string, number>();
  for (let count = 1; !ground.signal.aborted; count += 1) {
    const id = `${machine.name}-run-${count}`;
    const argv = ['sh', '-c', 'echo "$0" >> "$1"; sleep 0.5', id, file];
    const { state } = await ended(ground, machine, id, 'exec', { project: machine.name, argv });
    effects.set(id, state);
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    // All of them each time, since one may be done again later; noted is what has changed.
    for (const [each, ended] of effects) {
      const times = lines.filter((line) => line === each).length;
      if (noted.get(each) !== times) ground.steps.push({ is: 'effect', id: each, state: ended, times });
      noted.set(each, times);
    }
    await delay(below(1000));
  }
}

async function done(...asked: Parameters<typeof ended>) {
  const record = await ended(...asked);
  if (record.state !== 'done') throw new Error(JSON.stringify(record));
  return record;
}

async function ended({ world }: Ground, machine: MachineInWorld, id: string, kind: string, args: object, more = {}) {
  const body = { id, kind, args, whenOffline: 'queue', expiresInSeconds: 300, ...more };
  return await endOf(world, `/v1/machines/${machine.id}/commands`, body);
}
