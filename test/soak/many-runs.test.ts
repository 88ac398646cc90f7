/** Many machines that are asked to run something at the same moment: each run happens once, and each answer is its own. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { writePolicy } from '../kit/policy.ts';
import { endKeeper } from '../kit/sessions.ts';

const MACHINES = 20;
const RUNS = 200;

test('200 runs at once over 20 machines are each done once and answered once', { timeout: 120_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openApi());
  const machines = await Promise.all(
    Array.from({ length: MACHINES }, async (_, at) => {
      const data = join(world.folder, `bridge-${at}`);
      const bridge = stack.use(await openBridge(world, { data }));
      stack.defer(() => endKeeper(data));
      await writePolicy(data, { kinds: { exec: 'allow' } });
      await bridge.event('synced', 60_000);
      return bridge;
    }),
  );
  assert.ok(RUNS / MACHINES <= limits.runsPerMachineMax);
  const answers = await Promise.all(
    Array.from({ length: RUNS }, async (_, at) => {
      const { machine } = machines[at % MACHINES] ?? assert.fail();
      const command = `echo ${at} >> ran; echo ${at}; exit ${at % 7}`;
      const body = { project: 'shop', command, timeoutSeconds: 60 };
      const path = `/v1/machines/${machine}/exec?wait=50`;
      return (await world.ask<{ stdout: string; exitCode: number }>('POST', path, { body })).json;
    }),
  );
  for (const [at, { stdout, exitCode }] of answers.entries()) assert.deepEqual([stdout, exitCode], [`${at}\n`, at % 7]);
  const ran = await Promise.all(machines.map(({ root }) => readFile(join(root, 'ran'), 'utf8')));
  const numbers = ran.flatMap((text) => text.trim().split('\n').map(Number)).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: RUNS }, (_, at) => at),
  );
});
