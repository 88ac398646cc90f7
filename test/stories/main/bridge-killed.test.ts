/** A bridge that is killed again and again in the midst of commands: each has one effect, and every receipt is true. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRecord } from '#contract/command.ts';
import { revOf } from '../../../bridge/files/rev.ts';
import { eventually } from '../../kit/eventually.ts';
import { specText, writeFiles } from '../../kit/projects.ts';
import { createRandom } from '../../kit/random.ts';
import { openWorld } from '../../kit/world.ts';

const kills = 3;
const commandsPerKill = 8;
const folder = (n: number) => `${String(n).padStart(3, '0')}-spec`;

test('a bridge that is killed at random moments does every command once, and none ends unknown (C7)', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const random = createRandom(seed);
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  const specs = Array.from({ length: kills * commandsPerKill }, (_, n) => n + 1);
  const textOf = (n: number) => specText(`Spec ${n}`);
  await writeFiles(root, Object.fromEntries(specs.map((n) => [`specs/${folder(n)}/README.md`, textOf(n)])));
  const machine = await world.startMachine('laptop', [root]);

  const sent: { readonly n: number; readonly id: string }[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const some = specs.slice(kill * commandsPerKill, (kill + 1) * commandsPerKill);
    const sending = some.map(async (n) => {
      const { id } = await world.call<CommandRecord>('POST', `/v1/machines/${machine.id}/commands`, {
        kind: 'spec-metadata-update',
        args: { project: 'shop', spec: folder(n), priority: 'critical' },
        ifRev: revOf(Buffer.from(textOf(n))),
        whenOffline: 'queue',
        expiresInSeconds: 300,
      });
      sent.push({ n, id });
    });
    // Chance is the point here: the kill meets the commands at any step.
    await delay(random() * 120);
    const { child } = machine.bridge();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await Promise.all([exited, ...sending]);
    await machine.startBridge();
  }

  for (const { n, id } of sent) {
    const record = await eventually(async () => {
      const found = await world.call<CommandRecord>('GET', `/v1/machines/laptop/commands/${id}?wait=5`);
      return found.state !== 'queued' && found.state !== 'delivered' && found;
    });
    const states = record.receipts.map(({ state }) => state).join();
    assert.equal(record.state, 'done', `${states} ${JSON.stringify(record.problem)}`);
    const text = await readFile(join(root, `specs/${folder(n)}/README.md`), 'utf8');
    assert.equal(text.match(/critical/g)?.length, 1, text);
  }
});
