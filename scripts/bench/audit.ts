/**
 * `npm run bench:audit [entries]`: the audit of an organisation with 20 machines, so many entries each: a page of it, newest, deep and filtered, beside one
 * raw read of as many entries from each log; and checking the whole export beside hashing its bytes.
 */
import { type Act, verifyAudit } from '#contract/audit.ts';
import { activity, commitRecorded, sha256 } from '../../api/audit/log.ts';
import type { AuditFilter } from '../../api/audit/view.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { openRedisServer } from '../../test/kit/redis.ts';
import { calibrate } from './calibration.ts';
import { percentile, spread } from './statistics.ts';
import { timed } from './timed.ts';

const entries = Number(process.argv[2] ?? 2000);
const machines = 20;
const pageItems = 50;
const organisation = 'bench';
const by = { person: 'person-one', name: 'Ada', via: 'key' } as const;

console.log(`${machines} machines with ${entries} entries each; ${await calibrate()}`);
await using folder = await openTemporaryFolder();
await using server = await openRedisServer();
for (const [title, url] of [
  ['SQLite', `sqlite:${folder.path}/relay.sqlite`],
  ['Redis', server.url],
] as const) {
  await using store = await openStore(url);
  await measure(title, store);
}

async function measure(title: string, store: Store): Promise<void> {
  const relay = createRelay({ store });
  const shards: string[] = [];
  for (let n = 0; n < machines; n++) shards.push(`m:${(await relay.machines.create(organisation, `m${n}`, by)).id}`);
  const sent = (n: number): Act => ({
    action: n % 500 === 0 ? 'command-cancelled' : 'command-sent',
    result: 'done',
    by,
    about: { command: `c${n}`, kind: 'spec-metadata-update', project: 'shop', spec: '001-first-light' },
  });
  for (let n = 0; n < entries; n += 100)
    for (const shard of shards)
      await commitRecorded(
        store,
        shard,
        {},
        Array.from({ length: 100 }, (_, m) => sent(n + m)),
      );

  const floor = await timed(() =>
    Promise.all(shards.map((shard) => store.entries(shard, activity.log, entries - pageItems, pageItems))),
  );
  const page = (filter: AuditFilter, after?: string) =>
    relay.audit.list(organisation, filter, { limit: pageItems, ...(after === undefined ? {} : { after }) });
  let deep: string | undefined;
  for (let n = 0; n < 100; n++) deep = (await page({}, deep)).next;
  print(title, `floor: ${pageItems} entries of each log`, floor, floor);
  print(title, 'the newest page', await timed(() => page({})), floor);
  print(title, 'page 101', await timed(() => page({}, deep)), floor);
  print(title, 'a page of what is rare (1 in 500)', await timed(() => page({ action: 'command-cancelled' })), floor);
  const lines = await Array.fromAsync(relay.audit.export(organisation));
  const hashing = await timed(() => void lines.map(sha256), 3);
  print(
    title,
    `verifying ${lines.length} lines, beside hashing them`,
    await timed(() => void verifyAudit(lines, sha256), 3),
    hashing,
  );
}

function print(engine: string, what: string, samples: readonly number[], beside: readonly number[]): void {
  const ratio = percentile(samples, 0.5) / percentile(beside, 0.5);
  console.log(`  ${engine.padEnd(7)} ${what.padEnd(48)} ${spread(samples)}   p50 ${ratio.toFixed(2)} ×`);
}
