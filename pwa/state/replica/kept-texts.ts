/** What screens keep on this device of channels and of checks of machines, so that they can be looked at offline: of each the last, of few. */
import { result } from './database.ts';
import type { Replica } from './replica.ts';

export interface TextKept {
  readonly text: string;
  /** When it was so, ms since 1970. */
  readonly at: number;
}

/** Characters of one, and how many. */
const textMax = 64 * 1024;
const countMax = 20;

/** What was kept last; undefined if nothing was, or the browser stores nothing. */
export async function keptText(replica: Replica, name: string): Promise<TextKept | undefined> {
  return await replica.channels((store) => result<TextKept | undefined>(store.get(name))).catch(() => undefined);
}

/** Keeps it in the place of what was kept before, and lets the oldest of many go. Never rejects; what is too long is not kept. */
export async function keepText(replica: Replica, name: string, text: string): Promise<void> {
  if (text.length > textMax) return;
  const keep = async (store: IDBObjectStore) => {
    store.put({ text, at: Date.now() } satisfies TextKept, name);
    const [keys, all] = await Promise.all([result(store.getAllKeys()), result<TextKept[]>(store.getAll())]);
    const byAge = keys.map((key, at) => ({ key, at: all[at]?.at ?? 0 })).sort((a, b) => b.at - a.at);
    for (const { key } of byAge.slice(countMax)) store.delete(key);
  };
  await replica.channels(keep).catch(() => undefined);
}

export interface KeptTexts {
  read(name: string): Promise<TextKept | undefined>;
  keep(name: string, text: string): Promise<void>;
}

export function textsIn(replica: () => Replica): KeptTexts {
  return {
    read: (name) => keptText(replica(), name),
    keep: (name, text) => keepText(replica(), name, text),
  };
}
