/** Whoever stops or kills what they started gets everything stopped: npm and its shell stand between, and pass nothing on. */
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { isAnyLeft, isListening, npmRun } from '../kit/npm-run.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  test(`${signal} to npm start leaves neither relay nor bridge behind, and the port is free within 2 s`, async (t) => {
    await using folder = await openTemporaryFolder();
    const project = await makeSmallProject(join(folder.path, 'shop'));
    const port = await freePort();
    const npm = npmRun(t, 'start', ['--port', String(port), '--data', join(folder.path, 'data'), project], folder.path);
    await eventually(() => isListening(port), { timeoutMs: 60_000 });

    npm.kill(signal);

    await eventually(async () => !(await isListening(port)) && !isAnyLeft(npm), { timeoutMs: 2000 });
  });

test('SIGKILL to npm run api ends the relay too', async (t) => {
  await using folder = await openTemporaryFolder();
  const port = await freePort();
  const npm = npmRun(t, 'api', ['--port', String(port), '--data', join(folder.path, 'data')], folder.path);
  await eventually(() => isListening(port), { timeoutMs: 60_000 });

  npm.kill('SIGKILL');

  await eventually(async () => !(await isListening(port)) && !isAnyLeft(npm), { timeoutMs: 2000 });
});
