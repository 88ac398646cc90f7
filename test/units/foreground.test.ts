/** What runs in a terminal, as the system tells of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPtys } from '../../bridge/keeper/pty.ts';
import { foregroundOf } from '../../bridge/sessions/foreground.ts';
import { eventually } from '../kit/eventually.ts';
import { cleanEnvironment } from '../kit/process.ts';

const skip = process.platform === 'linux' ? false : 'both ways are there on Linux alone';

for (const list of ['proc', 'ps'] as const)
  test(`by ${list}: a shell that waits is nothing, and what was begun from it is its command line`, {
    skip,
  }, async () => {
    const ptys = await findPtys();
    assert.ok('open' in ptys);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const pty = ptys.open({
      ...{ file: '/bin/sh', args: ['-i'], cwd: '/', env: cleanEnvironment(), cols: 80, rows: 24 },
      ...{ onData: () => undefined, onExit: () => resolve() },
    });
    assert.equal(await foregroundOf(pty.pid, list), undefined);
    pty.write('sleep 30.5\r');
    await eventually(async () => (await foregroundOf(pty.pid, list)) === 'sleep 30.5');
    pty.write('\u0003');
    await eventually(async () => (await foregroundOf(pty.pid, list)) === undefined);
    pty.write('exit\r');
    await ended;
    assert.equal(await foregroundOf(pty.pid, list), undefined);
  });
