/** What the app would hold of a machine, for answers that it gives on its own. */
import type { Document } from '#contract/document.ts';
import { feedOfMachine, organisationFeed } from '#contract/feed-name.ts';
import type { Machine } from '#contract/machine.ts';
import type { RecordItem } from '#contract/record.ts';
import type { CopySources } from '../../pwa/state/copy.ts';
import type { MachineInWorld, World } from './world.ts';

/** What the app holds of a machine, with every body. */
export async function heldByApp(
  world: World,
  machine: MachineInWorld,
  documents: readonly Document[],
): Promise<CopySources> {
  const told = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const { items } = await world.call<{ items: RecordItem[] }>('GET', `/v1/machines/${machine.id}/records?limit=500`);
  const records = new Map(items.map((record) => [record.id, record]));
  const byKey = new Map(documents.map((document) => [`${document.project}\n${document.path}`, document]));
  return {
    facts: new Map<string, ReadonlyMap<string, ReadonlyMap<string, object>>>([
      ['machine', new Map([[organisationFeed, new Map([[machine.id, told]])]])],
      ['document', new Map([[feedOfMachine(machine.id), byKey]])],
      ['record', new Map([[feedOfMachine(machine.id), records]])],
    ]),
    bodies: {
      body: async (_machine, rev) => {
        const headers = { authorization: `Bearer ${world.key}` };
        const response = await fetch(`${world.url}/v1/machines/${machine.id}/bodies/${rev}`, { headers });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        return text.includes('\ufffd') ? bytes : text;
      },
    },
  };
}
