/** `npm run bench:journal [commands]`: what a command costs the bridge's journal and audit log in bytes written and CPU, the first 200 beside the last 2,000 of so many (5,000), all within their expiry. Linux. */
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { delivered, openWorkshop } from '../../test/kit/executor.ts';
import { writeFiles } from '../../test/kit/projects.ts';

const commands = Number(process.argv[2] ?? 5000);
const window = 200;
const late = 2000;

await using shop = await openWorkshop((root) =>
  writeFiles(root, { 'specs/001-one/README.md': '---\nstatus: planned\ncreated: 2026-01-01\n---\n\n# One\n' }),
);
let rev = shop.project().documents.get('specs/001-one/README.md')?.rev ?? '';

/** An edit from the relay's offer to its acknowledgement. */
async function edit(n: number): Promise<void> {
  const priority = n % 2 === 0 ? 'high' : 'low';
  const command = delivered(
    'spec-metadata-update',
    { spec: '001', priority },
    { ifRev: rev, expiresAt: shop.now + 3_600_000 },
  );
  await shop.executor.accept([command]);
  await shop.executor.idle();
  const [result] = shop.executor.results();
  if (result?.state !== 'done') throw new Error(JSON.stringify(result));
  rev = (result.result as { rev: string }).rev;
  await shop.executor.acknowledge([command.id]);
}

interface Cost {
  readonly bytes: number;
  readonly cpuMs: number;
}

function spent(): Cost {
  const { user, system } = process.cpuUsage();
  const bytes = Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  return { bytes, cpuMs: (user + system) / 1000 };
}

/** Cost of one command, over so many. */
async function costOf(from: number, count: number): Promise<Cost> {
  const before = spent();
  for (let n = from; n < from + count; n++) await edit(n);
  const after = spent();
  return { bytes: (after.bytes - before.bytes) / count, cpuMs: (after.cpuMs - before.cpuMs) / count };
}

function show(title: string, { bytes, cpuMs }: Cost): void {
  console.log(`  ${title.padEnd(28)} ${Math.round(bytes)} bytes  ${cpuMs.toFixed(2)} ms CPU a command`);
}

await costOf(0, window);
const first = await costOf(window, window);
show(`the first ${window}`, first);
await costOf(2 * window, commands - 2 * window - late);
// Many, so that rewriting the file is in it as often as it happens.
const last = await costOf(commands - late, late);
show(`the last ${late}`, last);
console.log(`  bytes ${(last.bytes / first.bytes).toFixed(2)} ×, CPU ${(last.cpuMs / first.cpuMs).toFixed(2)} ×`);
console.log(`  the journal has ${(await stat(join(shop.folder, 'journal.jsonl'))).size} bytes`);
