/** How many watches for files the system gives a user, how many are taken, and how many of them by the bridge. Linux alone has such a limit. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readStatus } from '../../status-file.ts';
import { fewWatches } from '../../watch/watch-state.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';

export interface Watches {
  /** Watches that a user may have, that this user has, and that the bridge has. */
  readonly most: number;
  readonly used: number;
  readonly ours: number;
  /** Watchers (each with any number of watches): the same. */
  readonly instancesMost: number;
  readonly instances: number;
}

export const watches: Check = {
  name: 'watches',
  title: 'File watches',
  group: 'This machine',
  run: async ({ data }) => {
    if (process.platform !== 'linux') return ok('This system has no limit.');
    const { pid, kept } = readStatus(data, join(data, 'status.json'));
    // What a bridge said that has ended is no longer so.
    const said = pid === undefined ? [] : (kept?.conditions ?? []);
    return watchesFinding(
      await count(pid),
      said.filter(({ topic }) => topic === fewWatches).map(({ title }) => title),
    );
  },
};

const slower = 'Changes are found by looking, which takes longer.';

/** What these numbers mean. `lookedFor`: what a running bridge says of projects with too few watches. Pure. */
export function watchesFinding(
  { most, used, ours, instancesMost, instances }: Watches,
  lookedFor: readonly string[] = [],
): Finding {
  const says = `${used} of ${most} are used, ${ours} of them by the bridge.`;
  const raise = (setting: string, to: number) => ({
    says: 'Raise the limit:',
    copy: `echo ${setting}=${to} | sudo tee /etc/sysctl.d/60-sallyport.conf && sudo sysctl --system`,
  });
  if (instances >= instancesMost)
    return fail(
      `All ${instancesMost} watchers of this user are taken: editors and other programs have them.`,
      raise('fs.inotify.max_user_instances', Math.max(1024, 2 * instancesMost)),
    );
  const fix = raise('fs.inotify.max_user_watches', Math.max(524_288, 2 * most));
  if (lookedFor.length > 0) return fail([says, ...lookedFor].join(' '), fix);
  if (used >= 0.98 * most) return fail(`${says} ${slower}`, fix);
  return used >= 0.8 * most ? note(says, fix) : ok(says);
}

async function count(bridge: number | undefined): Promise<Watches> {
  const limit = async (name: string) => Number(await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8'));
  const [most, instancesMost] = await Promise.all([limit('max_user_watches'), limit('max_user_instances')]);
  let [used, ours, instances] = [0, 0, 0];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const found = await watchersOf(join('/proc', pid));
    instances += found.length;
    const sum = found.reduce((total, watched) => total + watched, 0);
    used += sum;
    if (Number(pid) === bridge) ours = sum;
  }
  return { most, used, ours, instancesMost, instances };
}

/** How many watches each watcher of a process of this user has. Of a process that may not be looked into, or is gone, nothing is known. */
async function watchersOf(process_: string): Promise<readonly number[]> {
  try {
    if ((await stat(process_)).uid !== process.getuid?.()) return [];
    const found: number[] = [];
    for (const fd of await readdir(join(process_, 'fd'))) {
      const target = await readlink(join(process_, 'fd', fd)).catch(() => '');
      if (target !== 'anon_inode:inotify') continue;
      const info = await readFile(join(process_, 'fdinfo', fd), 'utf8').catch(() => '');
      found.push(info.split('\n').filter((line) => line.startsWith('inotify ')).length);
    }
    return found;
  } catch {
    return [];
  }
}
