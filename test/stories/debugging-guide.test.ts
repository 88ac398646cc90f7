/** The commands of docs/debugging.md do what it says they do: a poll by hand brings a command, and a stream is replayed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { emptyManifestDigest } from '#contract/delta.ts';
import { openWorld } from '../kit/world.ts';

const run = promisify(execFile);

/** The guide's commands, by the comment above each. */
async function guideCommands(): Promise<Map<string, string>> {
  const text = await readFile(join(import.meta.dirname, '../../docs/debugging.md'), 'utf8');
  const parts = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split(/\n\n/));
  return new Map(parts.map((part) => [part.slice(2, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

test('whoever follows the guide gets a command by hand, and sees in the stream what has happened', async () => {
  await using world = await openWorld();
  const commands = await guideCommands();
  const variables: Record<string, string> = { URL: world.url, KEY: world.key, NOTHING: emptyManifestDigest };
  const output = async (title: string, more = '') => {
    const text = commands.get(title) ?? assert.fail(`the guide has no command "${title}"`);
    const { stdout } = await run('bash', ['-c', text.replace('curl', `curl ${more}`)], {
      env: { ...process.env, ...variables },
    });
    return stdout;
  };
  const answer = async (title: string) => JSON.parse(await output(title));

  variables.MACHINE_KEY = (await answer('register a machine, and take its key')).key;
  const connected = await answer('connect as that machine; the answer has the epoch');
  variables.EPOCH = String(connected.epoch ?? assert.fail(JSON.stringify(connected)));
  const stands = await answer('get the current offset of the feed of the machine');
  variables.OFFSET = String(Object.values(stands.offsets)[0]);
  const polling = answer('wait for a command, at most 20 seconds');
  const sent = await answer('meanwhile, in another terminal: send one');
  assert.deepEqual(
    (await polling).commands.map(({ id, kind }: { id: string; kind: string }) => [id, kind]),
    [[sent.id, 'spec-archive']],
    JSON.stringify(sent),
  );

  const page = await answer('get everything since then, as one page of JSON');
  assert.ok(JSON.stringify(page.events).includes(sent.id));
  // curl gives up on a stream that goes on; what it has heard by then is on stdout.
  const heard = await output('get the same as server-sent events, and follow live', '--max-time 1').catch(
    (error: { stdout: string }) => error.stdout,
  );
  assert.ok(heard.includes(sent.id), heard);
});
