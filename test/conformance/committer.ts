/** A process that commits to the SQLite file given until it is killed; writes the number of each commit once it is made. With `volatile` none of them waits for the disk. */
import { writeSync } from 'node:fs';
import { openStore } from '../../api/store/open.ts';

const [path = '', how] = process.argv.slice(2);
const waits = how === 'volatile' ? ({ volatile: true } as const) : {};
const store = await openStore(`sqlite:${path}`);
const { last } = await store.log('m:crash', 'log');
for (let number = last + 1; ; number++) {
  const value = String(number).repeat(500);
  const bytes = Buffer.from(value);
  await store.commit('m:crash', {
    put: ['a', 'b', 'c'].map((key) => ({ table: 'table', key, value })),
    append: [{ log: 'log', value }],
    blobs: [{ rev: `rev-${number}`, bytes }],
    due: [{ id: 'due', at: number }],
    ...waits,
  });
  writeSync(1, `${number}\n`);
}
