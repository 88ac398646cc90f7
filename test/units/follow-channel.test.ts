/** What the command line hears of a channel: who comes when its beginning is no longer retained is told so, and asks the machine for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { followChannel, type Heard } from '../../bridge/cli/follow-channel.ts';
import { createClient } from '../../bridge/net/client.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { playMachine } from '../kit/played-machine.ts';

async function heard(world: TestApi, run: string, count: number): Promise<readonly Heard[]> {
  const { key } = await world.keyWith('execute');
  await using client = createClient({ origin: new URL(world.url), key });
  const stop = new AbortController();
  const all: Heard[] = [];
  for await (const told of followChannel(client, run, 'data', stop.signal)) {
    all.push(told);
    if (all.length === count) stop.abort();
  }
  return all.slice(0, count);
}

test('a run that has written more than is retained is not taken to begin in its middle', async () => {
  await using world = await openApi();
  await using machine = await playMachine(world);
  await machine.run('run-number-1');
  const entry = { o: 'x'.repeat(100_000) };
  await machine.write('run-number-1', entry);
  assert.deepEqual(
    (await heard(world, 'run-number-1', 1)).map(({ is }) => is),
    ['entry'],
  );
  for (let bytes = 0; bytes < 2 * limits.channelTailBytesMax; bytes += 100_000)
    await machine.write('run-number-1', entry);
  assert.deepEqual(
    (await heard(world, 'run-number-1', 2)).map(({ is }) => is),
    ['lost', 'entry'],
  );
});
