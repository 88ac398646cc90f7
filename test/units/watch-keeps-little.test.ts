/** What a bridge keeps of a file: its description, and not the text that it was made from. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { layoutsAt } from '../../bridge/formats/index.ts';
import { describeFile } from '../../bridge/watch/describe.ts';
import { openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

test('a hundred large specs are described, and their texts are let go', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { 'specs/001-first/README.md': '# First\n' });
  const [layout = assert.fail('no format is found')] = await layoutsAt(folder.path);
  const rules = { withheld: () => undefined };
  const filling = 'A line of a text that is long.\n'.repeat(6000);
  const describe = (number: number) => {
    const path = `specs/${100 + number}-a-spec/README.md`;
    const title = `The title of the spec with the number ${number}`;
    const bytes = Buffer.from(`${specText(title, { tags: '[a tag that is long enough]' })}${filling}`);
    const rev = createHash('sha256').update(bytes).digest('hex');
    const file = { is: 'file', bytes, rev, size: bytes.length, mtime: 0, stamp: undefined } as const;
    return describeFile('shop', [{ layout, describe: 1 }], path, file, rules) ?? assert.fail(path);
  };
  describe(0);
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 100 }, (_, number) => describe(number));
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(kept[99]?.title, 'The title of the spec with the number 99');
  assert.ok(grown < 100 * filling.length * 0.1, `${grown} bytes are kept of ${100 * filling.length}`);
});
