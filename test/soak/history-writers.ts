/** The writers of a history: an editor that saves, and people who edit by command and read what was acknowledged. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { revOf } from '../../bridge/files/rev.ts';
import { eventually } from '../kit/eventually.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import type { MachineInWorld, World } from '../kit/world.ts';
import { endOf } from './commanding.ts';
import type { Step } from './history.ts';

export interface Ground {
  readonly world: World;
  readonly steps: Step[];
  /** What each text of a file is, by its rev. */
  readonly versions: Map<string, { readonly path: string; readonly version: number }>;
  /** Writes until then. */
  readonly signal: AbortSignal;
}

/** The relay, and the way to it, may be away for so long. */
const OUTAGE_MS_MAX = 120_000;

/** Notes before it is written which text a version will be. */
function versionOf({ versions }: Ground, path: string, version: number): string {
  const text = specText(`Version ${version} of ${path}`);
  versions.set(revOf(Buffer.from(text)), { path, version });
  return text;
}

/** An editor: it saves, often faster than a bridge can tell, and whether a bridge runs or not. */
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
    const isThere = async () => (await machine.document(path)).rev === revOf(Buffer.from(text));
    if (version % 5 === 0) await eventually(isThere, { timeoutMs: OUTAGE_MS_MAX });
    await delay(50 + below(400));
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
    const more = { ifRev: rev, whenOffline: 'queue', expiresInSeconds: 300 };
    const body = { id: `${spec}-${version}`, kind: 'spec-document-write', args, ...more };
    const record = await endOf(ground.world, `/v1/machines/${machine.id}/commands`, body);
    if (record.state !== 'done') throw new Error(`${path} ${version}: ${JSON.stringify(record)}`);
    ground.steps.push({ is: 'written', path, version });
    rev = (record.result as { rev: string }).rev;
    const read = await eventually(() => machine.document(path), { timeoutMs: OUTAGE_MS_MAX });
    ground.steps.push({ is: 'read', path, version: ground.versions.get(read.rev)?.version ?? 0, known: version });
    await delay(below(300));
  }
}
