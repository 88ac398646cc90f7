/** The bridge as a service of a real systemd: it starts, comes back when it is killed, and stays down once the relay refuses it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runProgram as runProgramOf } from '../../bridge/service/run-program.ts';
import { serviceState } from '../../bridge/service/service-state.ts';
import { createSystemd } from '../../bridge/service/systemd.ts';
import { isAlive } from '../../bridge/system/is-alive.ts';
import { quoted } from '../../bridge/system/quoted.ts';
import { eventually } from '../kit/eventually.ts';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { openUserSystemd, userSystemdMissing } from '../kit/user-systemd.ts';
import { openWorld, type World } from '../kit/world.ts';

const missing = { skip: needs('systemd') || userSystemdMissing };

const variables = (env: Readonly<Record<string, string>>) =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

/** A relay, a machine's key, and a command line of `env` on a data folder with odd letters. */
async function openDesk(t: TestContext, env: (world: World) => Promise<Record<string, string>>) {
  const world = await openWorld();
  t.after(() => world[Symbol.asyncDispose]());
  const { key, machine } = await world.call<{ key: string; machine: { id: string } }>('POST', '/v1/machines', {
    name: 'laptop',
  });
  const own = await env(world);
  const data = join(world.folder, 'the bridge’s 100% $data');
  const project = await makeSmallProject(join(world.folder, 'my shop'));
  const sallyport = (...args: string[]) => runProgram('bridge/main.ts', [...args, '--data', data], own, world.folder);
  const system = createSystemd(own, (file, args) => runProgramOf('env', [...variables(own), file, ...args]));
  const state = () => serviceState(system, data);
  const statusOfMachine = async () => {
    const { items } = await world.call<{ items: { id: string; status: string }[] }>('GET', '/v1/machines');
    return items.find(({ id }) => id === machine.id)?.status;
  };
  return { world, key, machine, data, project, env: own, system, sallyport, state, statusOfMachine };
}

async function openServiceDesk(t: TestContext) {
  return await openDesk(t, async ({ folder }) => {
    const systemd = await openUserSystemd(folder);
    t.after(() => systemd[Symbol.asyncDispose]());
    return { ...systemd.env, HTTPS_PROXY: 'http://ada:pass%25word@proxy.example:3128' };
  });
}

test(
  'installed, it runs with what was given and comes back when it is killed; revoked, it stays down and says why',
  missing,
  async (t) => {
    const desk = await openServiceDesk(t);
    const { sallyport, state, world } = desk;
    const none = await sallyport('service', 'status');
    assert.deepEqual(
      [none.code, none.stdout],
      [1, `The service is not installed. To install it: sallyport service install --data ${quoted(desk.data)}\n`],
    );
    assert.equal((await sallyport('service', 'logs')).stderr, none.stdout);
    const args = ['service', 'install', '--url', world.url, '--key', desk.key, '--json', desk.project];
    const installed = await sallyport(...args);
    assert.equal(installed.code, 0, installed.stdout + installed.stderr);
    const first = await eventually(async () => {
      const now = await state();
      assert.ok(now.running && now.pid !== undefined && now.since !== undefined, JSON.stringify(now));
      return now;
    });
    assert.match(installed.stdout, /"notes":\["[^"]*loginctl enable-linger"\]/);
    await eventually(async () => (await desk.statusOfMachine()) === 'online', { timeoutMs: 30_000 });
    const unit = await readFile(desk.system.file, 'utf8');
    assert.ok(!unit.includes(desk.key) && !unit.includes('pass') && unit.includes('KillMode=process'), unit);
    const kept = join(desk.data, 'service-environment.json');
    assert.equal(JSON.parse(await readFile(kept, 'utf8')).HTTPS_PROXY, desk.env.HTTPS_PROXY);
    assert.equal((await stat(kept)).mode & 0o777, 0o600);

    // As V8 ends a process that has no memory left. 6 is also the exit code of a bridge that is too old.
    process.kill(first.pid ?? 0, 'SIGABRT');
    await eventually(async () => (await state()).lastExit?.signal === 'SIGABRT');
    assert.match(
      (await sallyport('service', 'status')).stdout,
      /^not running\n.*\nlast exit: signal SIGABRT\nIt is started again by itself/,
    );
    await eventually(
      async () => {
        const now = await state();
        assert.ok(now.running && now.pid !== undefined && now.pid !== first.pid, JSON.stringify(now));
        return now;
      },
      { timeoutMs: 90_000 },
    );
    await eventually(async () => (await desk.statusOfMachine()) === 'online', { timeoutMs: 30_000 });
    await world.call('DELETE', `/v1/machines/${desk.machine.id}`);
    const ended = await eventually(
      async () => {
        const now = await state();
        assert.deepEqual([now.running, now.lastExit?.code], [false, 3], JSON.stringify(now));
        return now;
      },
      { timeoutMs: 30_000 },
    );
    assert.match(ended.lastExit?.says ?? '', /the relay refuses this bridge permanently/);
    const said = await sallyport('service', 'status');
    assert.match(
      said.stdout,
      /^not running\n.*\nlast exit: code 3, just now: .*\nLink this machine again: sallyport login/,
    );

    const removed = await sallyport('service', 'uninstall');
    assert.match(removed.stdout, /^The service is removed/);
    assert.equal((await state()).installed, false);
    await assert.rejects(stat(desk.system.file), { code: 'ENOENT' });
    await assert.rejects(stat(kept), { code: 'ENOENT' });
    assert.equal((await sallyport('service', 'uninstall')).stdout, 'The service is not installed.\n');
  },
);

test(
  'a bridge that a person runs keeps the service from being installed; uninstall ends a running service',
  missing,
  async (t) => {
    const desk = await openServiceDesk(t);
    const args = ['--url', desk.world.url, '--key', desk.key, '--data', desk.data, '--json', desk.project];
    await using own = startProgram('bridge/main.ts', ['run', ...args], desk.env);
    await own.line(({ event }) => event === 'synced', 60_000);
    const refused = await desk.sallyport('service', 'install', desk.project);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`\\(process ${own.child.pid}\\), and is not the service\\. Stop it`));
    assert.equal((await desk.state()).installed, false);
    await own.end();
    const installed = await desk.sallyport('service', 'install', desk.project);
    assert.equal(installed.code, 0, installed.stderr);
    const { pid = 0 } = await desk.state();
    assert.ok(isAlive(pid));
    const gone = await desk.sallyport('uninstall', '--yes');
    assert.equal(gone.code, 0, gone.stderr);
    assert.match(gone.stdout, /^ {2}the service: .*\/sallyport\.service$/m);
    assert.deepEqual([isAlive(pid), (await desk.state()).installed], [false, false]);
    await assert.rejects(stat(desk.data), { code: 'ENOENT' });
  },
);

test('without systemd, install prints a line for cron, and that line starts the bridge', async (t) => {
  const desk = await openDesk(t, async ({ folder }) => ({
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    PATH: folder,
    HTTPS_PROXY: 'http://ada:pass%25word@proxy.example:3128',
  }));
  if (process.platform === 'linux') {
    const args = ['service', 'install', '--url', desk.world.url, '--key', desk.key, desk.project];
    const { code, stderr, stdout } = await desk.sallyport(...args);
    assert.equal(code, 1);
    assert.match(stderr, /^This system has no systemd\. .* add this line with crontab -e:$/m);
    const line = /^@reboot (.+)\n$/.exec(stdout)?.[1] ?? assert.fail(stdout);
    assert.ok(!line.includes(desk.key), line);
    // cron has no variables but these, and takes a backslash before % away.
    const cron = spawn('/bin/sh', ['-c', `exec ${line.replaceAll('\\%', '%')}`], {
      env: { HOME: desk.env.HOME, PATH: '/usr/bin:/bin' },
    });
    t.after(() => cron.kill());
    await eventually(async () => (await desk.statusOfMachine()) === 'online', { timeoutMs: 30_000 });
    assert.match(await readFile(join(desk.data, 'service.log'), 'utf8'), /project my shop is watched/);
    const kept = await readFile(join(desk.data, 'service-environment.json'), 'utf8');
    assert.equal(JSON.parse(kept).HTTPS_PROXY, desk.env.HTTPS_PROXY);
    // A terminal without the variables asks about this bridge all the same.
    const own = { ...desk.env, HTTPS_PROXY: '' };
    const ask = (...words: string[]) =>
      runProgram('bridge/main.ts', [...words, '--data', desk.data], own, desk.world.folder);
    assert.match((await ask('service', 'status')).stdout, /^running .*\nstarted by a line of cron/);
    assert.match((await ask('service', 'logs')).stdout, /project my shop is watched/);
    assert.match((await ask('doctor', '--hold', '1')).stdout, /✓ Service +It runs .*\(process \d+\), by cron\./);
    const again = await desk.sallyport(...args);
    cron.kill();
    await eventually(async () => (await desk.statusOfMachine()) === 'offline', { timeoutMs: 30_000 });
    assert.match((await ask('uninstall', '--yes')).stdout, /^ {2}the line of cron .*: remove it with crontab -e$/m);
    assert.match(again.stderr, /The running bridge \(process \d+\) keeps its settings until it is started again\./);
  }
  const wrong = await desk.sallyport('service', 'start');
  assert.deepEqual([wrong.code, wrong.stderr], [2, 'service takes install, uninstall, status or logs.\n']);
});
