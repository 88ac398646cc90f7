/** Drafts: typed text that no machine has applied yet. Each document has at most one; the device keeps it until its command is done, even if the page is closed. */
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { WishKept } from './wish.ts';

export interface Draft {
  readonly machine: string;
  /** The document as it was when it was opened; its rev is that of `base`. */
  readonly document: Document;
  /** The exact text that was opened, which the typed text changes. */
  readonly base: string;
  /** The text as in a text field. */
  readonly text: string;
  /** Ms since 1970. */
  readonly changedAt: number;
  /** The command that carries this text; undefined if the text was changed since. */
  readonly wish: string | undefined;
}

/** Message of one tab to the others about its drafts. */
export type DraftWord =
  | { readonly type: 'draft'; readonly draft: Draft }
  | { readonly type: 'draft-gone'; readonly key: string };

export interface DraftsDeps {
  /** Rejects where the browser keeps nothing. */
  readonly keep: (draft: Draft) => Promise<void>;
  readonly forget: (key: string) => Promise<void>;
  readonly show: (key: string, draft: Draft | undefined) => void;
  readonly tell: (word: DraftWord) => void;
}

export interface Drafts {
  /** Adds or replaces a draft. Resolves to whether its newest version is stored. */
  put(draft: Draft): Promise<boolean>;
  remove(key: string): void;
  /** Takes over what another tab tells. */
  hear(word: DraftWord): void;
  restore(kept: readonly Draft[]): void;
  /** The state of a command has changed. If its text is applied, the draft ends. */
  heardOf(wish: WishKept): void;
  clear(): void;
}

/** The key of a document's draft. */
export function draftKey(machine: string, document: Pick<Document, 'project' | 'path'>): string {
  return `${machine}\n${documentKey(document)}`;
}

const keyOf = ({ machine, document }: Draft) => draftKey(machine, document);

/** An empty set of drafts. */
export function createDrafts({ keep, forget, show, tell }: DraftsDeps): Drafts {
  const drafts = new Map<string, Draft>();
  /** The last write of each draft, so that not every keystroke is written. */
  const writing = new Map<string, Promise<boolean>>();

  function set(key: string, draft: Draft | undefined): void {
    if (draft === undefined) drafts.delete(key);
    else drafts.set(key, draft);
    show(key, draft);
  }

  async function write(key: string): Promise<boolean> {
    for (;;) {
      const draft = drafts.get(key);
      if (draft === undefined) {
        await forget(key).catch(() => {});
        return true;
      }
      const kept = await keep(draft).then(
        () => true,
        () => false,
      );
      if (drafts.get(key) !== draft) continue;
      tell({ type: 'draft', draft });
      return kept;
    }
  }

  function keepUp(key: string): Promise<boolean> {
    const running = writing.get(key) ?? write(key).finally(() => writing.delete(key));
    writing.set(key, running);
    return running;
  }

  function remove(key: string): void {
    if (!drafts.has(key)) return;
    set(key, undefined);
    void keepUp(key);
    tell({ type: 'draft-gone', key });
  }

  return {
    remove,
    put(draft) {
      set(keyOf(draft), draft);
      return keepUp(keyOf(draft));
    },
    hear: (word) => (word.type === 'draft' ? set(keyOf(word.draft), word.draft) : set(word.key, undefined)),
    restore(kept) {
      for (const draft of kept) set(keyOf(draft), draft);
    },
    heardOf({ id, state }) {
      if (state !== 'done') return;
      for (const [key, draft] of drafts) if (draft.wish === id) remove(key);
    },
    clear() {
      for (const key of [...drafts.keys()]) set(key, undefined);
    },
  };
}
