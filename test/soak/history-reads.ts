/** Reads of a history: whoever asks for a file is answered what anybody knew when they asked, or something newer. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Machine } from '#contract/machine.ts';
import type { MachineInWorld } from '../kit/world.ts';
import { type Ground, knows } from './history-ground.ts';

/** Reads a file at the relay, as long as that takes; its version, 0 where there is none. undefined where an editor was met in the middle of a save. */
export async function read(ground: Ground, machine: MachineInWorld, path: string): Promise<number | undefined> {
  const known = ground.known.get(path) ?? 0;
  const rev = await untilAnswered(() => revAt(ground, machine, path));
  const version = rev === undefined ? 0 : ground.versions.get(rev)?.version;
  if (version === undefined) return undefined;
  ground.steps.push({ is: 'read', path, version, known });
  knows(ground, path, version);
  return version;
}

/** Reads some files again and again, until `signal`. */
export async function readOn(
  ground: Ground,
  files: readonly (readonly [machine: MachineInWorld, path: string])[],
  below: (bound: number) => number,
): Promise<void> {
  while (!ground.signal.aborted) {
    const file = files[below(files.length)];
    if (file !== undefined) await read(ground, ...file);
    await delay(below(100));
  }
}

async function revAt({ world }: Ground, { id }: MachineInWorld, path: string): Promise<string | undefined> {
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${id}`);
  for (const project of projects) {
    const at = `/v1/machines/${id}/documents/${project.id}/${path}`;
    const found = await world.call<{ readonly rev?: string }>('GET', at, undefined, 404);
    if (found.rev !== undefined) return found.rev;
  }
  return undefined;
}

/** The relay may be away. */
async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 600) throw error;
      await delay(100);
    }
  }
}
