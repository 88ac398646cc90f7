/** The commands of the README do what it says they do. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { readmeCommands } from '../kit/readme-commands.ts';
import { openWorld } from '../kit/world.ts';

const run = promisify(execFile);

test('with curl alone: list machines, find specs in progress, read one, set its status with a receipt, follow the stream', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await world.startMachine('laptop', [root]);
  const commands = await readmeCommands();
  const variables: Record<string, string> = { URL: world.url, KEY: world.key, MACHINE: 'laptop', PROJECT: 'shop' };
  const command = (title: string) => {
    const text = [...commands].find(([comment]) => comment.startsWith(title))?.[1];
    assert.ok(text, `the README has no command "${title}"`);
    return { text, env: { ...process.env, ...variables } };
  };
  const curl = async (title: string) => {
    const { text, env } = command(title);
    return JSON.parse((await run('bash', ['-c', text], { env })).stdout);
  };

  const machines = await curl('list the machines');
  assert.deepEqual(
    machines.items.map((machine: { name: string; status: string }) => [machine.name, machine.status]),
    [['laptop', 'online']],
  );

  const specs = await curl('list the specs in progress');
  assert.deepEqual(
    specs.items.map((document: { spec: string }) => document.spec),
    ['002-second-wind'],
  );

  Object.assign(variables, { SPEC_PATH: specs.items[0].path, SPEC: specs.items[0].spec });
  const spec = await curl('read one of them');
  assert.equal(spec.text, await readFile(join(root, spec.path), 'utf8'));

  const asked = await curl('read the same file');
  assert.deepEqual([asked.source, asked.result.text], ['machine', spec.text]);

  variables.REV = spec.rev;
  const record = await curl('set its status');
  assert.equal(record.state, 'done', JSON.stringify(record.problem));
  assert.match(await readFile(join(root, spec.path), 'utf8'), /^status: complete$/m);

  const waiting = await curl('list what waits for you');
  assert.deepEqual(waiting.items, []);

  const { text, env } = command('follow events live');
  const follower = spawn('bash', ['-c', `exec ${text}`], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let heard = '';
  follower.stdout.setEncoding('utf8').on('data', (part: string) => {
    heard += part;
  });
  await eventually(() => heard.includes('"hello"'));
  await writeFile(join(root, 'specs/003-third-time/README.md'), specText('Heard by curl'));
  await eventually(() => heard.includes('Heard by curl'));
  follower.kill();
  await once(follower, 'exit');
});
