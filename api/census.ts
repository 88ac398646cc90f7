/** What a relay holds, counted for its metrics. */
import type { Machine } from '#contract/machine.ts';
import type { Organisations } from './identity/organisations.ts';
import { listMachines } from './relay/machines.ts';
import { toldIn } from './relay/tell.ts';
import type { Store } from './store/store.ts';

export interface Census {
  readonly organisations: number;
  /** Number of machines by their status. */
  readonly machines: ReadonlyMap<Machine['status'], number>;
  readonly documents: number;
  readonly storeBytes: number;
}

/** Counts all machines as they were last told. */
export async function takeCensus(store: Store, { ids }: Pick<Organisations, 'ids'>): Promise<Census> {
  const organisations = await ids();
  const machines = new Map<Machine['status'], number>([
    ['online', 0],
    ['offline', 0],
  ]);
  let documents = 0;
  for (const organisation of organisations)
    for (const row of await listMachines(store, organisation)) {
      const told = toldIn(row);
      if (told === undefined) continue;
      const { status, projects } = told;
      machines.set(status, (machines.get(status) ?? 0) + 1);
      for (const project of projects) documents += project.documents;
    }
  return { organisations: organisations.length, machines, documents, storeBytes: await store.size() };
}
