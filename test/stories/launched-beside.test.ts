/** The command `sallyport` on an older Node, which stays beside the program that it starts: a terminal gives its Ctrl-C to both. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockHolder } from '../../bridge/data/lock.ts';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { startNode } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

/** As Node before 22.15, which cannot become another program. */
const older = 'data:text/javascript,delete process.execve';
const command = join(import.meta.dirname, '../../scripts/sallyport.mjs');

test('under an older Node, Ctrl-C lets the bridge say goodbye, as under a newer one', {
  skip: process.platform === 'win32',
}, async () => {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(await openApi());
  const folder = stack.use(await openTemporaryFolder());
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { id, key } = await relay.api.createMachine('laptop');
  const [data, keyFile] = [join(folder.path, 'bridge'), join(folder.path, 'key')];
  await writeFile(keyFile, key, { mode: 0o600 });
  const words = ['run', '--url', relay.url, '--key-file', keyFile, '--data', data, root];
  const launcher = stack.use(startNode(['--import', older, command, ...words], {}));
  const pid = await eventually(() => /connected as/.test(launcher.errors()) && lockHolder(data)?.pid);
  assert.notEqual(pid, launcher.child.pid, 'the launcher has become the bridge');
  stack.defer(() => void (lockHolder(data)?.pid === pid && process.kill(pid, 'SIGKILL')));
  process.kill(pid, 'SIGINT');
  await eventually(() => /stopping/.test(launcher.errors()), { everyMs: 1 });
  assert.equal(await launcher.end('SIGINT'), 0, launcher.errors());
  await eventually(
    async () => (await relay.ask<{ status: string }>('GET', `/v1/machines/${id}`)).json.status === 'offline',
    {
      timeoutMs: 3000,
    },
  );
});
