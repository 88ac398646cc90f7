/** A real service manager of a user: systemd in a mount namespace of its own, where it takes the machine for one that systemd has started. Root alone may do that. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../bridge/service/run-program.ts';
import { eventually } from './eventually.ts';

/** What stands in the namespace: a tmpfs that says that systemd is here. The manager moves all processes of its control group, so it gets a group of its own. */
const ground = `
mount -t tmpfs none /run/systemd && mkdir -p /run/systemd/system || exit 9
if [ -d /sys/fs/cgroup/systemd ]
then group=/sys/fs/cgroup/systemd$(sed -n 's/.*:name=systemd://p' /proc/self/cgroup)
else group=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
fi
group=$group/sallyport-test-$$
mkdir "$group" || exit 8
`;
const script = `${ground}
echo $$ > "$group/cgroup.procs" || exit 8
exec /lib/systemd/systemd --user --log-target=null
`;
const own = ['--mount', '--propagation', 'private', 'sh', '-c'];

/** Why a test with it is skipped here, where systemd itself is installed; false where it can run. A container may refuse mounts and groups to root, too. */
export const userSystemdMissing =
  spawnSync('unshare', [...own, `${ground} rmdir "$group"`]).status !== 0 &&
  'takes root, unshare, and a namespace and control group of its own';

export interface UserSystemd extends AsyncDisposable {
  /** For programs that are to find this manager, and a home of their own. */
  readonly env: Record<string, string>;
}

/** Starts a manager with its home in `folder`. */
export async function openUserSystemd(folder: string): Promise<UserSystemd> {
  const home = join(folder, 'home');
  const runtime = join(folder, 'run');
  await mkdir(home);
  await mkdir(runtime);
  await chmod(runtime, 0o700);
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: join(home, '.config') };
  const child = spawn('unshare', [...own, script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const isUp = async () => {
    if (child.exitCode !== null) throw new Error(`systemd ended with ${child.exitCode}`);
    const args = ['-c', 'exec systemctl --user show --property=Version'];
    return (await runProgram('env', [`XDG_RUNTIME_DIR=${runtime}`, 'sh', ...args])).code === 0;
  };
  await eventually(isUp, { timeoutMs: 30_000 });
  return {
    env,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
