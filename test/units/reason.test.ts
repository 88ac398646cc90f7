/** What people read of an error: the system's words, and nothing that Node says to its own users. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { reasonOf } from '#contract/reason.ts';

const root = join(import.meta.dirname, '../..');

test('errors of files, ports and programs are told in the words of the system, and sentences of ours as they are', async () => {
  const ofFolder = await readdir('/there/is/none').catch((error: unknown) => error);
  assert.equal(reasonOf(ofFolder), 'no such file or directory (/there/is/none)');
  const ofMine = await readdir("/there/is/Ada's none/of it").catch((error: unknown) => error);
  assert.equal(reasonOf(ofMine), "no such file or directory (/there/is/Ada's none/of it)");
  const ofMoved = await rename("/there/is/Ada's", "/there/is/Bob's").catch((error: unknown) => error);
  assert.equal(reasonOf(ofMoved), "no such file or directory (/there/is/Ada's to /there/is/Bob's)");
  const ofRemoved = await rm(import.meta.dirname).catch((error: unknown) => error);
  assert.equal(reasonOf(ofRemoved), `is a directory (${import.meta.dirname})`);
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { readonly port: number };
  const [ofPort] = await once(createServer().listen(port, '127.0.0.1'), 'error').catch((error: unknown) => [error]);
  assert.equal(reasonOf(ofPort), `address already in use 127.0.0.1:${port}`);
  const [ofProgram] = await once(spawn('/there/is/none'), 'spawn').catch((error: unknown) => [error]);
  assert.equal(reasonOf(ofProgram), 'the system says ENOENT of /there/is/none');
  const hint =
    'unable to get local issuer certificate; if the root CA is installed locally, try running Node.js with --x';
  assert.equal(reasonOf(new Error(hint)), 'unable to get local issuer certificate');
  const both = new AggregateError([new Error('no way by IPv6'), new Error('no way by IPv4')]);
  assert.equal(reasonOf(both), 'no way by IPv6, no way by IPv4');
  assert.equal(reasonOf(new RangeError()), 'RangeError');
  assert.equal(reasonOf(new Error('It is a sentence: of ours.')), 'It is a sentence: of ours.');
});

test('nothing of the bridge and the relay puts an error into a sentence as Node prints it', async () => {
  const found: string[] = [];
  for await (const file of glob('{api,bridge}/**/*.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    const isRaw = [
      /\$\{(?:String\()?(?:error|cause)\)?\}|print\w*\(String\(/,
      /(?:error|cause) as Error\)\.message/,
      /instanceof Error \? \w+\.message : String\(/,
    ].some((raw) => raw.test(text));
    if (isRaw && file !== 'api/contract/reason.ts') found.push(file);
  }
  assert.deepEqual(found, []);
});
