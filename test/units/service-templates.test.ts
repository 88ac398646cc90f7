/** What `sallyport service install` writes for each system: the unit as systemd itself reads it, the others as XML. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runOptions, serviceOptions } from '../../bridge/cli/options.ts';
import { createLaunchd, launchdAgent } from '../../bridge/service/launchd.ts';
import { runProgram } from '../../bridge/service/run-program.ts';
import { createSystemd, systemdUnit } from '../../bridge/service/systemd.ts';
import { notInUnit, unitOf, unitOptions } from '../../bridge/service/unit.ts';
import { createWindows, windowsTask } from '../../bridge/service/windows.ts';
import { needs } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { parsePlist, parseXml, type XmlElement } from '../kit/xml.ts';

/** A folder with all that a shell, systemd, XML or Windows could take for its own. */
const odd = `/home/a b/100%h "q" $HOME \\ <&> 'x' ä`;
const unit = {
  argv: [process.execPath, '/opt/main.mjs', 'run', `--data=${odd}`, '--', odd],
  env: { MALLOC_ARENA_MAX: '1' },
  log: `${odd}/log`,
} as const;

test('systemd verifies the unit, and finds a mistake in it', { skip: needs('systemd') }, async () => {
  await using folder = await openTemporaryFolder();
  const runtime = join(folder.path, 'run');
  await mkdir(runtime, { mode: 0o700 });
  const verify = async (text: string) => {
    const file = join(folder.path, 'sallyport.service');
    await writeFile(file, text);
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime, HOME: folder.path };
    const run = promisify(execFile)('systemd-analyze', ['--user', 'verify', file], { env });
    return (await run.catch((error: { stderr: string }) => error)).stderr.trim();
  };
  const text = systemdUnit(unit, 252);
  assert.equal(await verify(text), '');
  assert.match(await verify(text.replace('KillMode=process', 'KillMode=proces')), /KillMode|kill mode/i);
});

test('the unit waits longer from restart to restart where systemd can, and stays down after the four codes', () => {
  const lines = (version: number) => systemdUnit(unit, version).split('\n');
  assert.ok(lines(254).includes('RestartMaxDelaySec=5min') && lines(254).includes('RestartSteps=6'));
  assert.ok(!lines(252).some((line) => line.startsWith('RestartSteps')));
  for (const line of [
    'RestartPreventExitStatus=2 3 6 7',
    'Environment=MALLOC_ARENA_MAX=1',
    'KillMode=process',
    'Restart=always',
    'WantedBy=default.target',
  ])
    assert.ok(lines(252).includes(line), line);
  assert.throws(() => systemdUnit({ ...unit, argv: [process.execPath, 'a\nExecStartPre=/bin/sh'] }, 252), /line break/);
});

test('the agent of launchd is a property list with exactly these values', () => {
  assert.deepEqual(parsePlist(launchdAgent(unit)), {
    Label: 'sallyport.bridge',
    ProgramArguments: [...unit.argv],
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: 10,
    AbandonProcessGroup: true,
    ProcessType: 'Background',
    StandardOutPath: unit.log,
    StandardErrorPath: unit.log,
  });
  assert.throws(() => launchdAgent({ ...unit, log: 'a\u0007' }), /control character/);
});

/** A launchctl that takes an agent only once the one before it has gone, some calls after it was booted out. */
function slowLaunchctl(callsToEnd: number, isThere: boolean) {
  let left = isThere ? callsToEnd : 0;
  const calls: string[] = [];
  const run = async (_file: string, [verb = '']: readonly string[]) => {
    calls.push(verb);
    if (verb === 'bootout') return { code: isThere ? 0 : 3, stdout: '', stderr: '' };
    left -= 1;
    const isBusy = left >= 0;
    const stderr = isBusy ? 'Bootstrap failed: 5: Input/output error' : '';
    return { code: isBusy ? 5 : 0, stdout: '', stderr };
  };
  return { run, calls };
}

test('an agent that is installed again is taken once the one before it has ended, and what launchd refuses is said', async () => {
  await using folder = await openTemporaryFolder();
  const install = async (callsToEnd: number, isThere: boolean) => {
    const { run, calls } = slowLaunchctl(callsToEnd, isThere);
    const error = await createLaunchd({ HOME: folder.path }, run, 501, 0)
      .install(unit)
      .then(
        () => undefined,
        (thrown: Error) => thrown.message,
      );
    return { error, tries: calls.filter((verb) => verb === 'bootstrap').length };
  };
  assert.deepEqual(await install(0, false), { error: undefined, tries: 1 });
  assert.deepEqual(await install(3, true), { error: undefined, tries: 4 });
  const never = await install(1000, true);
  assert.match(never.error ?? '', /launchctl bootstrap failed: Bootstrap failed: 5/);
});

/** An element as nested values: text where it has no children. */
function contentOf({ children, text }: XmlElement): unknown {
  if (children.length === 0) return text;
  return Object.fromEntries(children.map((child) => [child.name, contentOf(child)]));
}

test('the task of Windows starts at sign-in and every five minutes, once at a time, without a window', () => {
  const root = parseXml(windowsTask(unit, 'CORP\\ada & co'));
  assert.equal(root.attributes.xmlns, 'http://schemas.microsoft.com/windows/2004/02/mit/task');
  const repetition = { Interval: 'PT5M' };
  const data = `"--data=/home/a b/100%h \\"q\\" $HOME \\ <&> 'x' ä"`;
  assert.deepEqual(contentOf(root), {
    RegistrationInfo: { Description: 'Sallyport bridge' },
    Triggers: {
      LogonTrigger: { Repetition: repetition, UserId: 'CORP\\ada & co' },
      RegistrationTrigger: { Repetition: repetition },
    },
    Principals: { Principal: { UserId: 'CORP\\ada & co', LogonType: 'InteractiveToken', RunLevel: 'LeastPrivilege' } },
    Settings: {
      MultipleInstancesPolicy: 'IgnoreNew',
      DisallowStartIfOnBatteries: 'false',
      StopIfGoingOnBatteries: 'false',
      StartWhenAvailable: 'true',
      ExecutionTimeLimit: 'PT0S',
    },
    Actions: {
      Exec: {
        Command: 'conhost.exe',
        Arguments: `--headless ${process.execPath} /opt/main.mjs run ${data} -- ${data.replace('--data=', '')}`,
      },
    },
  });
  const trailing = windowsTask({ ...unit, argv: ['C:\\my node\\', 'a\\"b'] }, 'ada');
  assert.ok(trailing.includes('--headless &quot;C:\\my node\\\\&quot; &quot;a\\\\\\&quot;b&quot;'), trailing);
});

test('the unit says the settings that were given, with absolute paths, and no secret', async () => {
  await using folder = await openTemporaryFolder();
  await writeFile(
    join(folder.path, 'node.json'),
    JSON.stringify({ flags: ['--max-semi-space-size=1'], env: { MALLOC_ARENA_MAX: '1' } }),
  );
  const program = join(folder.path, 'main.mjs');
  const settings = {
    ...{ ca: 'corp.pem', name: 'my laptop', watch: 'poll', agents: 3000, allowInsecure: false },
    watches: 0,
  };
  const more = { key: 'spm_secret', url: 'https://relay.example' };
  const env = { NODE_EXTRA_CA_CERTS: '/etc/corp.pem', HTTPS_PROXY: 'http://me:secret@proxy' };
  const { argv, env: ofNode } = unitOf('systemd', '/data', { ...settings, ...more }, ['shop'], env, program);
  assert.deepEqual(ofNode, { MALLOC_ARENA_MAX: '1' });
  assert.deepEqual(argv, [
    process.execPath,
    '--max-semi-space-size=1',
    program,
    'run',
    '--service=systemd',
    '--data=/data',
    '--name=my laptop',
    `--ca=${join(process.cwd(), 'corp.pem')}`,
    '--watch=poll',
    '--watches=0',
    '--agents=3000',
    '--',
    join(process.cwd(), 'shop'),
  ]);
  const bare = unitOf('systemd', '/data', {}, [], env, program);
  assert.deepEqual(bare.argv.slice(4), ['--service=systemd', '--data=/data', '--ca=/etc/corp.pem']);
});

test('each system knows the data folder that its service runs on, and no longer or shorter one', async () => {
  await using folder = await openTemporaryFolder();
  const env = { HOME: folder.path, LOCALAPPDATA: folder.path };
  const systemOf = {
    systemd: createSystemd(env, runProgram),
    launchd: createLaunchd(env, runProgram, 501),
    windows: createWindows(env, runProgram, 'ada'),
  };
  for (const data of [odd, '/data/bridge'])
    for (const roots of [[], ['/shop']])
      for (const [manager, system] of Object.entries(systemOf)) {
        const called = unitOf(manager as keyof typeof systemOf, data, {}, roots, {}, '/opt/main.mjs');
        const texts = {
          systemd: systemdUnit(called, 252),
          launchd: launchdAgent(called),
          windows: windowsTask(called, 'ada'),
        };
        await mkdir(dirname(system.file), { recursive: true });
        const text = texts[manager as keyof typeof texts];
        await writeFile(system.file, text, manager === 'windows' ? 'utf16le' : 'utf8');
        const found = await Promise.all([data, `${data}s`, data.slice(0, -1)].map((path) => system.isFor(path)));
        assert.deepEqual(found, [true, false, false], `${manager} ${text}`);
      }
});

test('each option that a person gives to run is in the unit, or is left out for a reason', () => {
  const own = ['lines', 'follow'];
  const taken = Object.keys(serviceOptions).filter((name) => !own.includes(name));
  assert.deepEqual(taken.toSorted(), [...unitOptions, ...Object.keys(notInUnit)].toSorted());
  assert.deepEqual(
    Object.keys(runOptions).filter((name) => !taken.includes(name)),
    ['service'],
  );
});
