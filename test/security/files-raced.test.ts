/** Two machines that share a folder edit one file on the same rev at once: one is done, the other hears of a conflict, and whatever is done is there. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, realpath, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { openGuardedFolder } from '../../bridge/files/guard.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { lockTarget } from '../../bridge/files/target-lock.ts';
import { replaceFile } from '../../bridge/files/write.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const path = 'plan.md';

interface Outcome {
  readonly done?: string;
  readonly failed?: string;
}

async function startWriter(root: string, name: string): Promise<ChildProcess & Disposable> {
  const child = fork(join(import.meta.dirname, '../kit/racing-writer.ts'), [root, path, name]);
  await once(child, 'message');
  return Object.assign(child, { [Symbol.dispose]: () => child.disconnect() });
}

test('in 150 rounds of two processes, every edit that is done is there, and exactly one of two is', async () => {
  await using folder = await openTemporaryFolder();
  const file = join(folder.path, path);
  using ada = await startWriter(folder.path, 'ada');
  using bob = await startWriter(folder.path, 'bob');
  await writeFile(file, 'begin\n');
  for (let round = 0; round < 150; round += 1) {
    const before = revOf(await readFile(file));
    const outcomes = await Promise.all(
      [ada, bob].map(async (writer): Promise<Outcome> => {
        const answer = once(writer, 'message');
        writer.send({ round, before });
        return (await answer)[0];
      }),
    );
    const done = outcomes.flatMap(({ done }) => done ?? []);
    assert.deepEqual(done, [revOf(await readFile(file))], `round ${round}: ${JSON.stringify(outcomes)}`);
    assert.ok(
      outcomes.some(({ failed }) => failed === 'conflict'),
      JSON.stringify(outcomes),
    );
  }
  assert.deepEqual(await readdir(folder.path), [path]);
});

test('a lock that a killed bridge left is taken over after 30 s, and one of a bridge at work is waited for', async () => {
  await using folder = await openTemporaryFolder();
  const file = join(folder.path, path);
  await writeFile(file, 'begin\n');
  const write = async (id: string, text: string) => {
    const before = revOf(await readFile(file));
    await replaceFile({ id, root: folder.path, path, before, bytes: Buffer.from(text), ready: async () => {} });
  };
  let lock = '';
  await assert.rejects(
    replaceFile({
      ...{ id: 'first', root: folder.path, path, before: revOf(await readFile(file)), bytes: Buffer.from('never') },
      ready: async () => {
        lock = (await readdir(folder.path)).find((name) => name.endsWith('.lock')) ?? '';
        throw new Problem('command-expired');
      },
    }),
    Problem,
  );
  assert.deepEqual(await readdir(folder.path), [path]);

  await writeFile(join(folder.path, lock), 'of somebody who was killed');
  const age = new Date(Date.now() - 31_000);
  await utimes(join(folder.path, lock), age, age);
  await write('second', 'second\n');
  assert.equal(await readFile(file, 'utf8'), 'second\n');

  await writeFile(join(folder.path, lock), 'of somebody at work');
  const held = revOf(await readFile(file));
  const third = write('third', 'third\n');
  assert.equal(revOf(await readFile(file)), held);
  await utimes(join(folder.path, lock), age, age);
  await third;
  assert.deepEqual(await readdir(folder.path), [path]);
  assert.equal(await readFile(file, 'utf8'), 'third\n');
});

test('a lock names its holder from its first moment, so that one of a killed bridge is known as its own by its next life', async () => {
  await using root = await openTemporaryFolder();
  await using folder = await openGuardedFolder(await realpath(root.path), []);
  let isOver = false;
  const seen = new Set<string>();
  const look = async () => {
    while (!isOver) {
      for (const name of (await readdir(root.path)).filter((name) => name.endsWith('.lock')))
        seen.add(await readFile(join(root.path, name), 'utf8').catch(() => 'holder'));
    }
  };
  const lock = async () => {
    for (let round = 0; round < 300; round++) {
      await using _lock = await lockTarget(folder, path, 'holder');
    }
    isOver = true;
  };
  await Promise.all([look(), lock()]);
  assert.deepEqual([...seen], ['holder']);
  assert.deepEqual(await readdir(root.path), []);
});
