/** The bridge as a user unit of systemd. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { constants, homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Env } from '../projects/registries.ts';
import { crontabLine } from './crontab-line.ts';
import { finalCodes } from './last-run.ts';
import type { RunProgram } from './run-program.ts';
import { failed, fileSays, type ManagerState, type ServiceSystem, ServiceTrouble, type Unit } from './service.ts';

const unitName = 'sallyport.service';
/** From this version on, systemd can wait longer from restart to restart. */
const stepsSince = 254;

export function createSystemd(env: Env, run: RunProgram): ServiceSystem {
  const home = env.HOME || homedir();
  const file = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd', 'user', unitName);
  const systemctl = (...args: string[]) => run('systemctl', ['--user', ...args]);
  const must = async (...args: string[]) => {
    const done = await systemctl(...args);
    if (done.code !== 0) throw failed(`systemctl --user ${args.join(' ')}`, done);
  };
  const isThere = () =>
    stat(file).then(
      () => true,
      () => false,
    );
  return {
    manager: 'systemd',
    title: 'systemd',
    file,
    trouble: async () => {
      const { code } = await systemctl('show', '--property=Version');
      if (code === 0) return undefined;
      return code === undefined ? 'This system has no systemd.' : 'systemd does not run for this user here.';
    },
    reach: 'export XDG_RUNTIME_DIR=/run/user/$(id -u) && sallyport service status',
    instead: (unit) => ({
      says: 'Run the bridge in the foreground: sallyport run. Or have cron start it with the machine: add this line with crontab -e:',
      copy: crontabLine(unit),
    }),
    install: async (unit) => {
      const text = systemdUnit(unit, await versionOf(run));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o600 });
      await must('daemon-reload');
      await must('enable', unitName);
      await must('restart', unitName);
    },
    uninstall: async () => {
      if (!(await isThere())) return;
      await must('disable', '--now', unitName);
      await rm(file, { force: true });
      await must('daemon-reload');
      await systemctl('reset-failed', unitName);
    },
    state: async () => ((await isThere()) ? await stateOf(systemctl) : { installed: false }),
    isFor: (data) => fileSays(file, 'utf8', ` ${quotedWord(`--data=${data}`)}`),
    notes: async () => [
      lingerNote(await run('loginctl', ['show-user', userInfo().username, '--property=Linger', '--value'])),
    ],
    logProgram: ({ lines, follow }) => [
      'journalctl',
      '--user-unit',
      unitName,
      '--output=short-iso',
      '--no-pager',
      '--quiet',
      `--lines=${lines}`,
      ...(follow ? ['--follow'] : []),
    ],
  };
}

async function stateOf(systemctl: (...args: string[]) => ReturnType<RunProgram>): Promise<ManagerState> {
  const { stdout } = await systemctl(
    'show',
    unitName,
    '--property=MainPID,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp',
  );
  const said = new Map(stdout.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
  const pid = Number(said.get('MainPID'));
  const hasEnded = (said.get('ExecMainExitTimestamp') ?? '') !== '';
  return {
    installed: true,
    ...(pid > 0 && { pid }),
    ...(hasEnded && { exit: exitOf(Number(said.get('ExecMainCode')), Number(said.get('ExecMainStatus'))) }),
  };
}

/** What waitid(2) says of the end: for a process that has not exited by itself (`CLD_EXITED`, 1) the status is the signal's number. */
function exitOf(how: number, status: number): NonNullable<ManagerState['exit']> {
  if (how === 1) return { code: status };
  const [name = String(status)] = Object.entries(constants.signals).find(([, number]) => number === status) ?? [];
  return { signal: name };
}

/** Whether the bridge also runs while its user is signed out. */
function lingerNote({ code, stdout }: Awaited<ReturnType<RunProgram>>): string {
  if (code === 0 && stdout.trim() === 'yes')
    return 'Lingering is on: the bridge starts when the machine starts, and runs while you are signed out.';
  if (code === 0 && stdout.trim() === 'no')
    return 'Lingering is off: the bridge starts when you sign in and ends when you sign out. To have it always: loginctl enable-linger';
  return 'Whether lingering is on could not be found out. To have the bridge run while you are signed out: loginctl enable-linger';
}

async function versionOf(run: RunProgram): Promise<number> {
  const { stdout } = await run('systemctl', ['--version']);
  return Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0);
}

/** The text of the unit for a version of systemd. Throws a ServiceTrouble. */
export function systemdUnit({ argv, env }: Unit, version: number): string {
  const backoff =
    version >= stepsSince ? ['RestartSec=5', 'RestartSteps=6', 'RestartMaxDelaySec=5min'] : ['RestartSec=5'];
  return [
    '# Written by `sallyport service install`, which also replaces it.',
    '[Unit]',
    'Description=Sallyport bridge',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...Object.entries(env).map(([name, value]) => `Environment=${name}=${value}`),
    `ExecStart=${argv.map(quotedWord).join(' ')}`,
    'Restart=always',
    ...backoff,
    `RestartPreventExitStatus=${finalCodes.join(' ')}`,
    'KillMode=process',
    'TimeoutStopSec=10',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

/** A word of a command line in a unit: systemd expands % and $. */
function quotedWord(word: string): string {
  if (/[\0\n\r]/.test(word)) throw new ServiceTrouble(`A unit cannot hold a line break: ${JSON.stringify(word)}`);
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}
