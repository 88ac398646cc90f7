/** What a bridge and a relay cost while commands are sent: CPU and bytes on the disk for each, memory, and the size of the journal. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuMs, residentBytes } from '../../scripts/bench/process-use.ts';
import type { MachineInWorld, World } from '../kit/world.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The cost of a window of commands; bytes, and ms of CPU. */
export interface Cost {
  readonly bridgeCpuPerCommand: number;
  readonly relayCpuPerCommand: number;
  readonly auditBytesPerCommand: number;
  readonly storeBytesPerCommand: number;
  readonly journalBytes: number;
  readonly bridgeRss: number;
  readonly relayRss: number;
}

/** What is small anyway may vary: below this nothing is compared. */
const floors: Cost = {
  bridgeCpuPerCommand: 4,
  relayCpuPerCommand: 4,
  auditBytesPerCommand: 400,
  storeBytesPerCommand: 6 * KIB,
  journalBytes: 2 * MIB,
  bridgeRss: 160 * MIB,
  relayRss: 160 * MIB,
};

const ratioMax = 1.5;
/** Parts of a window: one that somebody else's work disturbed does not count. */
const parts = 4;

/** Measures `parts` windows of `count / parts` commands each. */
export async function measure(
  world: World,
  machine: MachineInWorld,
  send: (count: number) => Promise<void>,
  count: number,
): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  const some = Math.ceil(count / parts);
  let before = await readAll(world, machine);
  for (let part = 0; part < parts; part += 1) {
    await send(some);
    const after = await readAll(world, machine);
    costs.push({
      bridgeCpuPerCommand: (after.bridgeCpu - before.bridgeCpu) / some,
      relayCpuPerCommand: (after.relayCpu - before.relayCpu) / some,
      auditBytesPerCommand: (after.audit - before.audit) / some,
      storeBytesPerCommand: (after.store - before.store) / some,
      journalBytes: after.journal,
      bridgeRss: after.bridgeRss,
      relayRss: after.relayRss,
    });
    before = after;
  }
  return costs;
}

/** What costs more at the end than it may: more than 1.5 times what it cost at the beginning, each as the lowest of its parts. */
export function risen(begin: readonly Cost[], end: readonly Cost[]): string[] {
  const names = Object.keys(floors) as (keyof Cost)[];
  return names.flatMap((name) => {
    const [first, last] = [begin, end].map((costs) => Math.min(...costs.map((cost) => cost[name])));
    const most = ratioMax * Math.max(first ?? 0, floors[name]);
    return last !== undefined && last <= most ? [] : [`${name}: ${first} at the beginning, ${last} at the end`];
  });
}

async function readAll(world: World, machine: MachineInWorld) {
  const relays = world.relay.programs().map(({ child }) => child.pid ?? 0);
  const bridge = machine.bridge().child.pid ?? 0;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    bridgeCpu: cpuMs(bridge),
    relayCpu: sum(relays.map(cpuMs)),
    bridgeRss: residentBytes(bridge),
    relayRss: sum(relays.map(residentBytes)),
    journal: await bytesOf(machine.data, /^journal/),
    audit: await bytesOf(machine.data, /^audit/),
    store: await storeBytes(world),
  };
}

/** Bytes that the store holds: of Redis its data, of SQLite its files. */
async function storeBytes({ folder, relay: { redis } }: World): Promise<number> {
  if (redis === undefined) return await bytesOf(join(folder, 'relay'), /sqlite/);
  const info = String(await redis.command('INFO', 'memory'));
  return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]);
}

async function bytesOf(folder: string, name: RegExp): Promise<number> {
  const names = (await readdir(folder)).filter((each) => name.test(each));
  const sizes = await Promise.all(
    names.map((each) =>
      stat(join(folder, each)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
