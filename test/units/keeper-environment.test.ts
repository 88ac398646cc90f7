/** What a program on the machine gets as its environment: the user's own, and no secret of the bridge. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { keeperEnvironment } from '../../bridge/keeper/begin.ts';
import { childEnvironment, loginEnvironment } from '../../bridge/keeper/environment.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const skip = process.platform === 'win32';
const secrets = {
  SALLYPORT_KEY: 'spm_secret',
  Sallyport_Data: '/data',
  HTTPS_PROXY: 'http://kim:secret@proxy:3128',
  all_proxy: 'kim:secret@proxy:3128',
};
const open = { HTTP_PROXY: 'http://proxy:3128', no_proxy: 'example.com', LANG: 'C.UTF-8', AWS_PROFILE: 'own' };

/** What npm tells the programs that it starts: of these `COLOR=0` would take the colours of others. */
const ofNpm = { npm_lifecycle_event: 'start', INIT_CWD: '/home', NODE: '/usr/bin/node', COLOR: '0' };

test('nothing of Sallyport or npm and no password of a proxy gets to a program or to the keeper; who it is and its terminal do', () => {
  const own = { ...secrets, ...ofNpm, ...open, TERM: 'dumb', TMUX: '/tmp/tmux' };
  const env = childEnvironment(own, 'Ab12', { CI: '1' });
  assert.deepEqual(env, { ...open, TERM: 'xterm-256color', CI: '1', SALLYPORT_TERMINAL: 'Ab12' });
  assert.doesNotMatch(JSON.stringify(keeperEnvironment({ ...secrets, ...open })), /secret|SALLYPORT/i);
});

test('a caller cannot set what loads code into programs, or is ours, and hears which', () => {
  for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'SALLYPORT_KEY', 'sallyport_terminal'])
    assert.throws(() => childEnvironment({}, 'id', { [name]: 'x' }), {
      code: 'env-refused',
      message: `The variable ${name} cannot be set for a program on this machine.`,
    });
});

/** A shell that adds to the environment as a profile does, and counts how often it was asked. */
async function makeShell(folder: string, body: string): Promise<string> {
  const shell = join(folder, 'shell');
  await writeFile(shell, `#!/bin/sh\necho asked >> ${folder}/asked\n${body}\n`);
  await chmod(shell, 0o700);
  return shell;
}

test('the login shell is asked once, whatever its profile prints; one that hangs is left', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  const body = `export FROM_PROFILE='two\nlines' SALLYPORT_KEY=again\necho welcome\nshift\neval "$1"\necho bye`;
  const SHELL = await makeShell(folder.path, body);
  const PATH = process.env.PATH ?? '';
  const asked = await Promise.all([loginEnvironment({ SHELL, PATH, ...secrets }), loginEnvironment({ SHELL, PATH })]);
  for (const env of asked) {
    assert.equal(env.FROM_PROFILE, 'two\nlines');
    assert.doesNotMatch(JSON.stringify(env), /secret|SALLYPORT_/);
  }
  const { stdout } = await promisify(execFile)('cat', [join(folder.path, 'asked')]);
  assert.equal(stdout, 'asked\n');
  await using other = await openTemporaryFolder();
  const slow = await makeShell(other.path, 'exec sleep 60');
  assert.equal((await loginEnvironment({ SHELL: slow, PATH, OWN: 'kept' }, 100)).OWN, 'kept');
  assert.equal((await loginEnvironment({ SHELL: '/no/shell', PATH, OWN: 'kept' })).OWN, 'kept');
});
