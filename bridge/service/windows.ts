/** The bridge as a task of the Task Scheduler, on Windows. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Env } from '../projects/registries.ts';
import type { RunProgram } from './run-program.ts';
import { failed, fileSays, type ServiceSystem, type Unit } from './service.ts';
import { xmlText } from './xml-text.ts';

export function createWindows(env: Env, run: RunProgram, user = userInfo().username): ServiceSystem {
  const name = `Sallyport\\${user}`;
  const file = join(
    env.LOCALAPPDATA || join(env.USERPROFILE || homedir(), 'AppData', 'Local'),
    'Sallyport',
    'task.xml',
  );
  const task = (verb: string, ...args: string[]) => run('schtasks', [`/${verb}`, '/TN', name, ...args]);
  const isThere = async () => (await task('Query')).code === 0;
  return {
    manager: 'windows',
    title: 'the Task Scheduler',
    file,
    trouble: async () => {
      const { code } = await run('schtasks', ['/Query', '/TN', '\\', '/FO', 'CSV']);
      return code === undefined
        ? 'The Task Scheduler cannot be called here. Run the bridge in the foreground: sallyport run'
        : undefined;
    },
    install: async (unit) => {
      const owner = env.USERDOMAIN === undefined ? user : `${env.USERDOMAIN}\\${user}`;
      await mkdir(dirname(file), { recursive: true });
      // schtasks reads UTF-16 alone.
      await writeFile(file, `\ufeff${windowsTask(unit, owner)}`, 'utf16le');
      await task('End');
      const made = await task('Create', '/XML', file, '/F');
      if (made.code !== 0) throw failed('schtasks /Create', made);
      const started = await task('Run');
      if (started.code !== 0) throw failed('schtasks /Run', started);
    },
    uninstall: async () => {
      if (await isThere()) {
        await task('End');
        const done = await task('Delete', '/F');
        if (done.code !== 0) throw failed('schtasks /Delete', done);
      }
      await rm(file, { force: true });
    },
    state: async () => ({ installed: await isThere() }),
    isFor: (data) => {
      const word = xmlText(` ${quotedWord(`--data=${data}`)}`);
      return fileSays(file, 'utf16le', `${word} `, `${word}</Arguments>`);
    },
    notes: async () => ['The bridge starts when you sign in to Windows, and ends when you sign out.'],
  };
}

/** Starts the bridge every five minutes, which does nothing while it runs: the scheduler does not start a program again because of its exit code. */
const repetition = ['      <Repetition>', '        <Interval>PT5M</Interval>', '      </Repetition>'];

/** The task, for `owner` (DOMAIN\\user). `conhost --headless` is the console that a program has anyway, without its window. */
export function windowsTask({ argv }: Unit, owner: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Description>Sallyport bridge</Description>',
    '  </RegistrationInfo>',
    '  <Triggers>',
    '    <LogonTrigger>',
    ...repetition,
    `      <UserId>${xmlText(owner)}</UserId>`,
    '    </LogonTrigger>',
    '    <RegistrationTrigger>',
    ...repetition,
    '    </RegistrationTrigger>',
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    `      <UserId>${xmlText(owner)}</UserId>`,
    '      <LogonType>InteractiveToken</LogonType>',
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <StartWhenAvailable>true</StartWhenAvailable>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '  </Settings>',
    '  <Actions Context="Author">',
    '    <Exec>',
    '      <Command>conhost.exe</Command>',
    `      <Arguments>${xmlText(['--headless', ...argv.map(quotedWord)].join(' '))}</Arguments>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n');
}

/** A word of a command line as programs of Windows take it apart: backslashes count only before a quote. */
function quotedWord(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}
