/** The keeper as a release has it: one file, with the flags and the allocator that the bridge gives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { keeperEnvironment, keeperProgram } from '../../bridge/keeper/begin.ts';
import { eventually } from '../../test/kit/eventually.ts';
import { cleanEnvironment } from '../../test/kit/process.ts';
import { keeperPid } from '../../test/kit/sessions.ts';
import { bundleProgram } from '../release/bundle.ts';

const root = join(import.meta.dirname, '../..');

export interface ReleasedKeeper extends AsyncDisposable {
  readonly pid: number;
}

/** Bundles the keeper below `folder` and starts it for a data folder; a bridge with this data folder adopts it. */
export async function startReleasedKeeper(folder: string, dataFolder: string): Promise<ReleasedKeeper> {
  const release = join(folder, 'released');
  await mkdir(release, { recursive: true });
  const program = join(release, 'keeper.mjs');
  await bundleProgram(root, 'bridge/keeper/main.ts', program);
  await symlink(join(root, 'node_modules'), join(release, 'node_modules'));
  const flags = keeperProgram().slice(0, -1);
  const env = keeperEnvironment(cleanEnvironment());
  const child = spawn(process.execPath, [...flags, program, '--data', dataFolder], { stdio: 'ignore', env });
  const ended = once(child, 'exit');
  await eventually(async () => (await keeperPid(dataFolder)) === child.pid);
  return {
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
