/** The wishes of this device: a list that is stored, shared with other tabs, and shown over the documents. `sending.ts` sends them. */
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { covers, hasEnded, outlivesReload, type WishKept } from './wish.ts';

export interface WishesDeps {
  /** The document as the relay last sent it. */
  readonly base: (machine: string, key: string) => Document | undefined;
  /** Stores it; resolves even if that fails. */
  readonly keep: (wish: WishKept) => Promise<void>;
  readonly forget: (id: string) => Promise<void>;
  /** The list has changed, and so may what is shown of a document. */
  readonly show: (wishes: readonly WishKept[], covered: { machine: string; key: string } | undefined) => void;
  readonly tell: (word: WishWord) => void;
}

/** Message of one tab to the others about its wishes. */
export type WishWord =
  | { readonly type: 'wish'; readonly wish: WishKept }
  | { readonly type: 'wish-gone'; readonly id: string };

export interface Wishes {
  /** Newest first. */
  all(): readonly WishKept[];
  get(id: string): WishKept | undefined;
  /** Adds or replaces it; resolves once it is kept. */
  put(wish: WishKept): Promise<void>;
  remove(id: string): Promise<void>;
  /** Handles messages of other tabs. */
  hear(word: WishWord): void;
  /** Takes the stored wishes after a reload, without outdated ones. */
  restore(kept: readonly WishKept[]): void;
  /** Resolves at the next change of this wish. */
  changed(id: string): Promise<void>;
  /** The pending value of a document, if any. */
  overlay(machine: string, key: string): Document | undefined;
  clear(): void;
}

/** An empty list of wishes. */
export function createWishes({ base, keep, forget, show, tell }: WishesDeps): Wishes {
  let wishes: readonly WishKept[] = [];
  const waiting = new Map<string, (() => void)[]>();

  function replace(id: string, wish: WishKept | undefined): void {
    const before = wishes.find((other) => other.id === id);
    const others = wishes.filter((other) => other.id !== id);
    wishes = wish === undefined ? others : [...others, wish].sort((a, b) => b.sentAt - a.sentAt);
    show(wishes, coveredBy(wish ?? before));
    for (const resolve of waiting.get(id) ?? []) resolve();
    waiting.delete(id);
    if (wish?.optimistic !== undefined && wish.state === 'done') setTimeout(uncover, limits.optimisticMs + 1, wish);
  }

  function uncover(wish: WishKept): void {
    if (wishes.includes(wish)) show(wishes, coveredBy(wish));
  }

  return {
    all: () => wishes,
    get: (id) => wishes.find((wish) => wish.id === id),
    async put(wish) {
      replace(wish.id, wish);
      tell({ type: 'wish', wish });
      await keep(wish);
    },
    async remove(id) {
      replace(id, undefined);
      tell({ type: 'wish-gone', id });
      await forget(id);
    },
    hear: (word) => (word.type === 'wish' ? replace(word.wish.id, word.wish) : replace(word.id, undefined)),
    restore(kept) {
      for (const wish of kept) {
        if (outlivesReload(wish, Date.now())) replace(wish.id, wish);
        else void forget(wish.id);
      }
    },
    changed: (id) => new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve])),
    overlay(machine, key) {
      const now = Date.now();
      return wishes.find((wish) => isOver(wish, machine, key) && covers(wish, base(machine, key), now))?.optimistic;
    },
    clear() {
      wishes = [];
      show(wishes, undefined);
    },
  };
}

function isOver(wish: WishKept, machine: string, key: string): boolean {
  return wish.optimistic !== undefined && wish.machine === machine && documentKey(wish.optimistic) === key;
}

function coveredBy(wish: WishKept | undefined): { machine: string; key: string } | undefined {
  return wish?.optimistic && { machine: wish.machine, key: documentKey(wish.optimistic) };
}

/** The wishes that have not ended. */
export function unfinished(wishes: readonly WishKept[]): readonly WishKept[] {
  return wishes.filter((wish) => !hasEnded(wish) || wish.maybeTaken);
}
