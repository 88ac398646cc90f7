/**
 * `npm run bench:search`: searches over the documents of one machine that find nothing, or one in ten, beside one raw read of the same
 * rows: how many times that they cost, and whether it grows with the rows alone.
 */
import { createRelay } from '../../api/relay/create-relay.ts';
import type { DocumentFilter } from '../../api/relay/relay.ts';
import { documentTable } from '../../api/relay/rows.ts';
import { openStore } from '../../api/store/open.ts';
import { machineShard } from '../../api/store/shards.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { ada, connectBridge, organisation, project, put } from '../../test/kit/relay.ts';
import { calibrate } from './calibration.ts';
import { percentile, spread } from './statistics.ts';
import { timed } from './timed.ts';

const rowsPerRead = 500;

console.log(await calibrate());
for (const count of [700, 4900]) await measure(count);

async function measure(count: number): Promise<void> {
  await using folder = await openTemporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}/relay.sqlite`);
  const relay = createRelay({ store });
  const { id } = await relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(relay, id, { manifestDigest: 'f'.repeat(64) });
  const meta = {
    status: 'planned',
    tags: ['storage', 'relay'],
    depends_on: ['001-first', '002-second'],
    note: 'x'.repeat(400),
  };
  const document = (n: number) => put(`specs/${n}-${n % 10 === 0 ? 'tenth' : 'other'}/README.md`, `text ${n}`, meta);
  for (let n = 0; n < count; n += 100) await bridge.send(Array.from({ length: 100 }, (_, m) => document(n + m)));

  const read = async () => {
    let after: string | undefined = '';
    while (after !== undefined) {
      const rows: readonly { key: string }[] = await store.list(
        machineShard(id),
        documentTable(project),
        after,
        rowsPerRead,
      );
      after = rows.length < rowsPerRead ? undefined : rows.at(-1)?.key;
    }
  };
  const search = (filter: DocumentFilter) => () => relay.documents.list(organisation, id, filter, { limit: 500 });
  const floor = await timed(read);
  const print = (what: string, samples: readonly number[]) =>
    console.log(
      `  ${String(count).padStart(5)} documents  ${what.padEnd(32)} ${spread(samples)}   p50 ${(percentile(samples, 0.5) / percentile(floor, 0.5)).toFixed(2)} ×`,
    );
  print('floor: a raw read of the rows', floor);
  print('a word that nobody has', await timed(search({ q: 'nowhere' })));
  print('a word that one in ten has', await timed(search({ q: 'tenth' })));
  print('a status that nobody has', await timed(search({ meta: { status: 'complete' } })));
  print('a spec', await timed(search({ spec: '70-tenth' })));
}
