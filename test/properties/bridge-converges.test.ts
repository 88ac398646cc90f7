/** Whatever is done to the files, in whatever order and haste: in the end the relay lists what is on the disk, and nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { previewUpload } from '../../bridge/projects/preview.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { specText } from '../kit/projects.ts';
import { createRandomBelow } from '../kit/random.ts';

const rounds = 3;
const stepsPerRound = 120;

for (let round = 0; round < rounds; round++) {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  test(`after ${stepsPerRound} random changes the relay holds exactly the files (SEED=${seed})`, async () => {
    await using relay = await openApi();
    await using machine = await openBridge(relay);
    await machine.event('synced');
    const random = createRandomBelow(seed);
    for (let step = 0; step < stepsPerRound; step++) {
      await disturb(machine.root, random);
      for (let turns = random(6); turns > 0; turns--) await turn();
    }
    const onDisk = await revsOnDisk(machine.root);
    await eventually(
      async () => {
        const held = new Map([...(await machine.documents())].map(([path, { rev }]) => [path, rev]));
        assert.deepEqual(new Map([...held].sort()), onDisk);
        return true;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
    for (const { body } of (await machine.documents()).values()) assert.equal(body, 'held');
  });
}

/** One change among a dozen specs; one that cannot be made (the file is not there) is none. */
async function disturb(root: string, random: (below: number) => number): Promise<void> {
  const specs = join(root, 'specs');
  const folder = () => join(specs, `0${10 + random(12)}-spec`);
  const file = () => join(folder(), ['README.md', 'DESIGN.md', 'deep/NOTES.md'][random(3)] ?? '');
  const text = () => specText(`Title ${random(1e6)}`, {}, 'x'.repeat(random(3000)));
  const [one, other] = [file(), file()];
  const actions = [
    async () => {
      await mkdir(dirname(one), { recursive: true });
      await writeFile(one, text());
    },
    () => writeFile(one, text()),
    () => appendFile(one, '\nmore\n'),
    async () => {
      await writeFile(`${one}.tmp`, text());
      await rename(`${one}.tmp`, one);
    },
    () => rename(one, other),
    () => rename(folder(), folder()),
    () => rm(one),
    () => rm(folder(), { recursive: true }),
    () => cp(folder(), folder(), { recursive: true }),
    async () => {
      await rm(one);
      await writeFile(one, text());
    },
  ];
  // Making is as likely as all else together, so that there is something to disturb.
  const action = random(2) === 0 ? actions[0] : actions[random(actions.length)];
  await action?.().catch(() => undefined);
}

async function revsOnDisk(root: string): Promise<Map<string, string>> {
  const { documents } = await previewUpload(root);
  const revs = await Promise.all(
    documents.map(async ({ path }): Promise<[string, string]> => {
      const bytes = await readFile(join(root, path));
      return [path, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
  return new Map(revs.sort());
}
