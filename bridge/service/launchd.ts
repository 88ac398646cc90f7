/** The bridge as an agent of launchd, on macOS. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Env } from '../projects/registries.ts';
import type { RunProgram } from './run-program.ts';
import { failed, fileSays, type ServiceSystem, type Unit } from './service.ts';
import { xmlText } from './xml-text.ts';

const label = 'sallyport.bridge';

/** A bridge has 10 s to end (`ExitTimeOut`). */
const BOOTSTRAP_TRIES = 25;
const BOOTSTRAP_PAUSE_MS = 500;

export function createLaunchd(
  env: Env,
  run: RunProgram,
  uid = userInfo().uid,
  pauseMs = BOOTSTRAP_PAUSE_MS,
): ServiceSystem {
  const file = join(env.HOME || homedir(), 'Library', 'LaunchAgents', `${label}.plist`);
  const domain = `gui/${uid}`;
  const target = `${domain}/${label}`;
  const isThere = () =>
    stat(file).then(
      () => true,
      () => false,
    );
  return {
    manager: 'launchd',
    title: 'launchd',
    file,
    trouble: async () => {
      const { code } = await run('launchctl', ['print', domain]);
      return code === 0
        ? undefined
        : 'launchd has no session of this user. Sign in on the screen of this Mac, and install the service there. Or run the bridge in the foreground: sallyport run';
    },
    install: async (unit) => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, launchdAgent(unit), { mode: 0o600 });
      const booted = await run('launchctl', ['bootout', target]);
      let done = await run('launchctl', ['bootstrap', domain, file]);
      // An agent that is booted out goes a while later, as its process ends; until then no other of its name is taken.
      for (let tries = 1; done.code !== 0 && booted.code === 0 && tries < BOOTSTRAP_TRIES; tries += 1) {
        await delay(pauseMs);
        done = await run('launchctl', ['bootstrap', domain, file]);
      }
      if (done.code !== 0) throw failed('launchctl bootstrap', done);
    },
    uninstall: async () => {
      if (!(await isThere())) return;
      await run('launchctl', ['bootout', target]);
      await rm(file, { force: true });
    },
    state: async () => {
      if (!(await isThere())) return { installed: false };
      const { stdout } = await run('launchctl', ['print', target]);
      const pid = /^\s*pid = (\d+)$/m.exec(stdout)?.[1];
      const exitCode = /^\s*last exit code = (\d+)/m.exec(stdout)?.[1];
      return {
        installed: true,
        ...(pid !== undefined && { pid: Number(pid) }),
        ...(exitCode !== undefined && { exit: { code: Number(exitCode) } }),
      };
    },
    isFor: (data) => fileSays(file, 'utf8', `<string>${xmlText(`--data=${data}`)}</string>`),
    notes: async () => ['The bridge starts when you sign in on this Mac, and ends when you sign out.'],
  };
}

/** The agent's property list. The bridge ends with 0 where it must not be started again (`run --service launchd`). */
export function launchdAgent({ argv, log }: Unit): string {
  const words = argv.map((word) => `    <string>${xmlText(word)}</string>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  <string>${label}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...words,
    '  </array>',
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>KeepAlive</key>',
    '  <dict>',
    '    <key>SuccessfulExit</key>',
    '    <false/>',
    '  </dict>',
    '  <key>ThrottleInterval</key>',
    '  <integer>10</integer>',
    '  <key>ExitTimeOut</key>',
    '  <integer>10</integer>',
    '  <key>AbandonProcessGroup</key>',
    '  <true/>',
    '  <key>ProcessType</key>',
    '  <string>Background</string>',
    '  <key>StandardOutPath</key>',
    `  <string>${xmlText(log)}</string>`,
    '  <key>StandardErrorPath</key>',
    `  <string>${xmlText(log)}</string>`,
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}
