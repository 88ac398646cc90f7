/** `npm run bench:memory`: memory of a relay that has just started, and after the first upload of the 381 real specs: at its highest, and once it has settled. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { copyRealProject, realProjectsMissing } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';
import { residentBytes } from './process-use.ts';

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}

await using world = await openWorld({ kind: 'sqlite' });
const pid = world.relay.programs()[0]?.child.pid ?? 0;
await delay(3000);
const started = residentBytes(pid);
const root = await copyRealProject('lean-spec', world.folder);
const machine = await world.startMachine('bench', [root]);
const uploaded = residentBytes(pid);
await delay(5000);
const documents = (await machine.documents()).length;
console.log(`a relay that has just started: ${inMb(started)}`);
console.log(`after the first upload of ${documents} documents: ${inMb(uploaded)} (aim: at most 160 MB)`);
console.log(`  5 s later: ${inMb(residentBytes(pid))}; at its highest: ${inMb(highest(pid))}`);

function inMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** The most that was resident at once. */
function highest(process: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
