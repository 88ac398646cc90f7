/** The index of a full-text search: titles, paths, tags and texts of documents. Runs in a worker; no I/O. */
import MiniSearch from 'minisearch';

export interface Indexed {
  /** Of the document, among those of all machines. */
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly tags: string;
  /** Undefined if it is not on this device. */
  readonly text: string | undefined;
}

export interface Found {
  readonly id: string;
  /** The words of the texts that matched, lower case. */
  readonly terms: readonly string[];
}

export interface TextIndex {
  /** False if there is no text, or no room for it: then the document is found by its title, path and tags alone. */
  put(document: Indexed): boolean;
  remove(id: string): void;
  /** The best first. */
  find(words: string, max: number): readonly Found[];
}

/** What is indexed of one text, in characters: a log of megabytes must not fill the memory of a phone. */
const textMax = 256 * 1024;
/** What is indexed of all texts, in characters: about 60 MB of memory. */
const allTextsMax = 24 * 1024 * 1024;
/** Longer ones are no words but data. */
const termMax = 40;
const boost = { title: 10, headings: 4, path: 2, tags: 2, text: 1 };

export function createTextIndex(roomMax = allTextsMax): TextIndex {
  const index = new MiniSearch({
    fields: Object.keys(boost),
    processTerm: (term) => (term.length > termMax ? null : term.toLowerCase()),
    searchOptions: {
      boost,
      combineWith: 'AND',
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.5, fuzzy: 0.1 },
    },
  });
  const lengths = new Map<string, number>();
  let room = roomMax;
  const remove = (id: string) => {
    room += lengths.get(id) ?? 0;
    lengths.delete(id);
    if (index.has(id)) index.discard(id);
  };
  return {
    remove,
    put({ text, ...document }) {
      remove(document.id);
      const wanted = text === undefined || text.includes('\0') ? '' : text.slice(0, textMax);
      const fits = wanted.length <= room;
      const read = fits ? wanted : '';
      room -= read.length;
      lengths.set(document.id, read.length);
      index.add({ ...document, headings: (read.match(/^#{1,6}\s.+$/gm) ?? []).join('\n'), text: read });
      return text !== undefined && fits;
    },
    find: (words, max) =>
      index
        // One letter is in every text.
        .search(words, words.trim().length === 1 ? { fields: ['title'] } : {})
        .slice(0, max)
        .map(({ id, terms }) => ({ id: String(id), terms })),
  };
}
