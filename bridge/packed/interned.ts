/** Texts that several use: each is kept once, for as long as anybody uses it. */

export interface Interned {
  /** The number of a text, for one more user. */
  take(text: string): number;
  /** One user less. */
  give(id: number): void;
  textOf(id: number): string;
  /** The number of a text; undefined where nobody uses it. */
  find(text: string): number | undefined;
}

/** No texts. */
export function createInterned(): Interned {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  const users: number[] = [];
  const free: number[] = [];
  const begin = (text: string): number => {
    const id = free.pop() ?? texts.length;
    const kept = standingAlone(text);
    texts[id] = kept;
    users[id] = 0;
    ids.set(kept, id);
    return id;
  };
  return {
    find: (text) => ids.get(text),
    textOf: (id) => texts[id] ?? '',
    take: (text) => {
      const id = ids.get(text) ?? begin(text);
      users[id] = (users[id] ?? 0) + 1;
      return id;
    },
    give: (id) => {
      const left = (users[id] ?? 0) - 1;
      users[id] = left;
      if (left > 0) return;
      ids.delete(texts[id] ?? '');
      texts[id] = '';
      free.push(id);
    },
  };
}

/** A copy that holds nothing else in memory: to V8 a part of a text is a place in that text, which then stays whole. */
export function standingAlone(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
