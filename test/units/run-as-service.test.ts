/** A run that a service manager has started: how it ends, so that launchd and Windows do not start it again after the four codes; its log; the environment that it gets. */
import assert from 'node:assert/strict';
import { readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UsageError } from '#contract/options.ts';
import { keepEnvironment, readEnvironment } from '../../bridge/service/kept-environment.ts';
import { failuresUntilNow, finalEnd, readLastRun, restartPauseMs } from '../../bridge/service/last-run.ts';
import { runAsService } from '../../bridge/service/run-as-service.ts';
import type { Manager } from '../../bridge/service/service.ts';
import { linesOf, serviceLogFile, writeServiceLog } from '../../bridge/service/service-log.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

/** Runs `code` as a bridge that says why it ends; the exit code, and whether it ran at all. */
async function runWith(manager: Manager, folder: string, code: number) {
  let ran = false;
  const exit = await runAsService(manager, folder, 'warn', async (log) => {
    ran = true;
    log.error(`ended with ${code}`);
    return code;
  });
  return { exit, ran };
}

test('systemd gets the exit code itself; launchd and Windows get 0 for the four codes alone', async () => {
  for (const [manager, code, exit] of [
    ['systemd', 3, 3],
    ['systemd', 4, 4],
    ['launchd', 2, 0],
    ['launchd', 3, 0],
    ['windows', 6, 0],
    ['windows', 7, 0],
    ['launchd', 4, 4],
    ['windows', 1, 1],
  ] as const) {
    await using folder = await openTemporaryFolder();
    assert.deepEqual(await runWith(manager, folder.path, code), { exit, ran: true }, `${manager} ${code}`);
    assert.deepEqual(
      [readLastRun(folder.path)?.ended?.code, readLastRun(folder.path)?.ended?.says],
      [code, `ended with ${code}`],
    );
  }
});

test('after a final end nothing runs again until a login, another release or a start of the machine', async () => {
  await using folder = await openTemporaryFolder();
  await runWith('windows', folder.path, 3);
  assert.deepEqual(await runWith('windows', folder.path, 0), { exit: 0, ran: false });
  const file = join(folder.path, 'service-run.json');
  const kept = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...kept, version: '0.0.1' }));
  assert.equal(await finalEnd(folder.path), undefined);
  await writeFile(file, JSON.stringify({ ...kept, ended: { ...kept.ended, at: '2001-01-01T00:00:00.000Z' } }));
  assert.equal(await finalEnd(folder.path), undefined, 'the machine has started since');
  await writeFile(file, JSON.stringify(kept));
  assert.notEqual(await finalEnd(folder.path), undefined);
  const credentials = join(folder.path, 'credentials.json');
  await writeFile(credentials, '{}');
  const later = new Date(Date.parse(kept.ended.at) + 1000);
  await utimes(credentials, later, later);
  assert.deepEqual(await runWith('windows', folder.path, 0), { exit: 0, ran: true });
});

test('runs that fail one after the other wait longer each time, up to five minutes; one that went well, and a login, begin anew', async () => {
  const [now, ended] = [Date.parse('2026-01-01T00:10:00Z'), '2026-01-01T00:10:00Z'];
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 99].map((failures) => restartPauseMs(failures, ended, now) / 1000),
    [0, 0, 10, 20, 40, 80, 160, 300, 300, 300],
  );
  assert.equal(restartPauseMs(3, '2026-01-01T00:09:45Z', now), 5000, 'what the manager has waited counts');
  assert.equal(restartPauseMs(3, undefined, now), 20_000, 'of one that was killed nobody knows when');

  await using folder = await openTemporaryFolder();
  const file = join(folder.path, 'service-run.json');
  for (const [code, failures] of [
    [1, 1],
    [4, 2],
    [0, 0],
    [1, 1],
  ] as const) {
    await runWith('launchd', folder.path, code);
    assert.equal(await failuresUntilNow(folder.path), failures);
  }
  const kept = { ...JSON.parse(await readFile(file, 'utf8')), failures: 4 };
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const keep = async (more: object) => await writeFile(file, JSON.stringify({ ...kept, ...more }));
  await keep({ ended: undefined, started: ago(1000) });
  assert.equal(await failuresUntilNow(folder.path), 5, 'it was killed');
  await keep({ started: ago(11 * 60_000) });
  assert.equal(await failuresUntilNow(folder.path), 1, 'it ran for a while');

  await keep({ failures: 1, ended: { at: ago(9700), code: 1 }, started: ago(9800) });
  const began = performance.now();
  assert.deepEqual(await runWith('launchd', folder.path, 1), { exit: 1, ran: true });
  assert.ok(performance.now() - began > 200, 'it has waited for the rest of 10 s');
  assert.equal(readLastRun(folder.path)?.failures, 2);
  assert.match(await readFile(serviceLogFile(folder.path), 'utf8'), /2 runs have failed one after the other/);
  await writeFile(join(folder.path, 'credentials.json'), '{}');
  const later = new Date(Date.now() + 1000);
  await utimes(join(folder.path, 'credentials.json'), later, later);
  assert.equal(await failuresUntilNow(folder.path), 0, 'somebody has signed in');
});

test('a run that cannot begin ends with its sentence, in the log as well', async () => {
  await using folder = await openTemporaryFolder();
  const exit = await runAsService('launchd', folder.path, 'info', async () => {
    throw new UsageError('Where is the relay?');
  });
  assert.deepEqual([exit, readLastRun(folder.path)?.ended?.code], [0, 2]);
  const lines = await Array.fromAsync(linesOf(serviceLogFile(folder.path), 10));
  assert.match(lines.join(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d error Where is the relay\?$/);
  assert.equal((await stat(serviceLogFile(folder.path))).mode & 0o777, 0o600);
});

test('the log keeps a mebibyte and the one before; it is followed across that', async () => {
  await using folder = await openTemporaryFolder();
  const file = serviceLogFile(folder.path);
  assert.deepEqual(await Array.fromAsync(linesOf(file, 10)), []);
  for (const word of ['one', 'two', 'three']) writeServiceLog(folder.path, `${word}\n`);
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const line of linesOf(file, 2, stop.signal)) {
    seen.push(line.slice('2026-01-01 '.length));
    if (seen.length === 2) {
      writeServiceLog(folder.path, `${'x'.repeat(1024 * 1024)}\n`);
      writeServiceLog(folder.path, 'fresh\n');
    }
    if (line.endsWith('fresh')) stop.abort();
  }
  assert.deepEqual([seen[0], seen[1], seen.at(-1)], ['two', 'three', 'fresh']);
  assert.match(await readFile(`${file}.old`, 'utf8'), /^\S+ one\n/);
});

test('a log that was begun anew and is as long as the old one already is followed from its beginning', async () => {
  await using folder = await openTemporaryFolder();
  const file = serviceLogFile(folder.path);
  await writeFile(file, 'one\ntwo\n');
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const line of linesOf(file, 2, stop.signal)) {
    seen.push(line);
    if (line === 'two') {
      await rename(file, `${file}.old`);
      await writeFile(file, 'first of the new\nlast\n');
    }
    if (line === 'last') stop.abort();
  }
  assert.deepEqual(seen, ['one', 'two', 'first of the new', 'last']);
});

test('the environment of the terminal is kept as far as a bridge reads it, without keys', async () => {
  await using folder = await openTemporaryFolder();
  await keepEnvironment(folder.path, {
    https_proxy: 'http://proxy',
    NO_PROXY: '.corp',
    ALL_PROXY: '',
    SALLYPORT_KEY: 'spm_secret',
    PATH: '/bin',
    SPEC_WORKFLOW_HOME: '/w',
  });
  assert.deepEqual(readEnvironment(folder.path), {
    https_proxy: 'http://proxy',
    NO_PROXY: '.corp',
    SPEC_WORKFLOW_HOME: '/w',
  });
});
