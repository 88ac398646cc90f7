/** What stands in the way of a write: nothing outside the project is touched, the original stays whole, no temporary file stays (threats: paths and files). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { chmod, link, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { revOf } from '../../bridge/files/rev.ts';
import { temporaryPrefix } from '../../bridge/files/temporary.ts';
import { replaceFile, settleReplacement } from '../../bridge/files/write.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';

const encoder = new TextEncoder();
const path = 'specs/001-a/README.md';

/** A project with one file, a folder outside it, and a way to replace the file. */
async function openGround() {
  const folder = await openTemporaryFolder();
  const [root, outside] = [join(folder.path, 'project'), join(folder.path, 'outside')];
  await writeFiles(root, { [path]: 'old' });
  await writeFiles(outside, { 'README.md': 'old', 'secret.txt': 'secret' });
  const replace = (ready: () => Promise<void> = async () => {}, before: string | null = revOf(encoder.encode('old'))) =>
    replaceFile({ id: randomUUID(), root, path, before, bytes: encoder.encode('new'), ready });
  const check = async (expected: string) => {
    assert.equal(await readFile(join(outside, 'README.md'), 'utf8'), 'old');
    assert.equal(await readFile(join(outside, 'secret.txt'), 'utf8'), 'secret');
    const left = (await readdir(folder.path, { recursive: true })).filter((name) => name.includes('.sallyport-'));
    assert.deepEqual(left, []);
    if (expected !== '') assert.equal(await readFile(join(root, path), 'utf8'), expected);
  };
  return { root, outside, replace, check, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('a file is replaced with its mode, and nothing else is left behind', async () => {
  await using ground = await openGround();
  await chmod(join(ground.root, path), 0o640);
  await ground.replace();
  await ground.check('new');
  assert.equal((await stat(join(ground.root, path))).mode & 0o777, 0o640);
});

test('a link in place of the file leads nowhere', async () => {
  await using ground = await openGround();
  await rm(join(ground.root, path));
  await symlink(join(ground.outside, 'README.md'), join(ground.root, path));
  await assert.rejects(ground.replace(), { code: 'path-refused' });
  await ground.check('');
});

test('a link in place of a parent leads nowhere', async () => {
  await using ground = await openGround();
  await rm(join(ground.root, 'specs/001-a'), { recursive: true });
  await symlink(ground.outside, join(ground.root, 'specs/001-a'));
  await assert.rejects(ground.replace(), { code: 'path-refused' });
  await ground.check('');
});

test('a parent that becomes a link in the last moment changes nothing: the work stays in the folder that was opened', {
  skip: process.platform !== 'linux' && 'only Linux names an open folder',
}, async () => {
  await using ground = await openGround();
  const [parent, aside] = [join(ground.root, 'specs/001-a'), join(ground.root, 'specs/aside')];
  await ground.replace(async () => {
    await rename(parent, aside);
    await symlink(ground.outside, parent);
  });
  assert.equal(await readFile(join(aside, 'README.md'), 'utf8'), 'new');
  await rm(parent);
  await ground.check('');
});

test('a second name elsewhere, a pipe, a device, a folder: refused, each with its reason', async () => {
  const places: Record<string, (target: string, outside: string) => Promise<unknown>> = {
    'hard link': (target, outside) => link(join(outside, 'README.md'), target),
    pipe: async (target) => execFileSync('mkfifo', [target]),
    folder: (target) => mkdir(target),
  };
  for (const [what, make] of Object.entries(places)) {
    await using ground = await openGround();
    await rm(join(ground.root, path));
    await make(join(ground.root, path), ground.outside);
    await assert.rejects(ground.replace(), { code: 'path-refused' }, what);
    await ground.check('');
  }
});

/** What a call becomes, or that it waits for the other end of a pipe; then the pipe is opened, so that the call ends. */
async function withoutWaiting(call: Promise<unknown>, pipe: string): Promise<unknown> {
  const given = call.then(
    (value) => value ?? 'nothing',
    (error) => error.code,
  );
  const first = await Promise.race([given, delay(10_000, 'it waits')]);
  if (first === 'it waits') closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
  return first;
}

test('a pipe that takes the place of a file in the last moment, of a lock or of what a killed bridge left, holds nothing up', {
  skip: process.platform === 'win32' && 'Windows has no such files',
}, async () => {
  await using ground = await openGround();
  const target = join(ground.root, path);
  const exchange = async () => {
    await rm(target);
    execFileSync('mkfifo', [target]);
  };
  assert.equal(await withoutWaiting(ground.replace(exchange), target), 'path-refused');
  assert.equal((await stat(target)).isFIFO(), true);
  await ground.check('');

  const rev = revOf(encoder.encode('old'));
  const about = { id: randomUUID(), root: ground.root, path, before: rev, after: rev };
  assert.equal(await withoutWaiting(settleReplacement(about), target), 'nothing');
  const hash = createHash('sha256').update('README.md').digest('hex').slice(0, 16);
  const lock = join(dirname(target), `${temporaryPrefix}${hash}.lock`);
  execFileSync('mkfifo', [lock]);
  assert.equal(await withoutWaiting(settleReplacement(about), lock), 'nothing');
});

test('somebody who saves in the last moment is not overwritten, in place or by a rename', async () => {
  for (const how of ['in place', 'by a rename'] as const) {
    await using ground = await openGround();
    const target = join(ground.root, path);
    const save = async () => {
      if (how === 'in place') return await writeFile(target, 'theirs');
      await writeFile(`${target}.theirs`, 'theirs');
      await rename(`${target}.theirs`, target);
    };
    await assert.rejects(ground.replace(save), {
      code: 'conflict',
      extra: { currentRev: revOf(encoder.encode('theirs')) },
    });
    await ground.check('theirs');
  }
});

test('a file that went away, or came where none was, is a conflict', async () => {
  await using ground = await openGround();
  await assert.rejects(ground.replace(undefined, null), { code: 'conflict' });
  await ground.check('old');
  await rm(join(ground.root, path));
  await assert.rejects(ground.replace(), { code: 'conflict' });
  await assert.rejects(
    ground.replace(() => writeFile(join(ground.root, path), 'theirs'), null),
    { code: 'conflict' },
  );
  await ground.check('theirs');
});

test('what cannot be allowed to happen (the lease is lost) leaves everything as it was', async () => {
  await using ground = await openGround();
  await assert.rejects(ground.replace(() => Promise.reject(new Error('the lease is lost'))));
  await ground.check('old');
});

test('a disk without room: the cause is named and the original is whole', {
  skip: !mayMount() && 'mounting a small disk needs root on Linux',
}, async () => {
  await using ground = await openGround();
  const parent = join(ground.root, 'specs/001-a');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', parent]);
  try {
    await writeFile(join(parent, 'README.md'), 'old');
    await writeFile(join(parent, 'full'), Buffer.alloc(8 * 1024));
    const large = replaceFile({
      id: randomUUID(),
      root: ground.root,
      path,
      before: revOf(encoder.encode('old')),
      bytes: Buffer.alloc(64 * 1024),
      ready: async () => {},
    });
    await assert.rejects(large, { code: 'no-space', detail: 'There is no space left on the disk.' });
    await ground.check('old');
  } finally {
    execFileSync('umount', [parent]);
  }
});

function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('paths that are none are refused before anything is opened', async () => {
  await using ground = await openGround();
  for (const bad of [
    '../outside/README.md',
    '/etc/passwd',
    'specs//README.md',
    'specs/./x.md',
    'a\\b.md',
    'x\0.md',
    `${'a/'.repeat(2500)}x.md`,
  ])
    await assert.rejects(
      replaceFile({
        id: randomUUID(),
        root: ground.root,
        path: bad,
        before: null,
        bytes: encoder.encode('new'),
        ready: async () => {},
      }),
      { code: 'path-refused' },
    );
  await ground.check('old');
});
