/** Keeps the index of the texts in the replica, apart from the page, and answers searches. Texts are read from the replica and not held. */
import { type BodyKept, bodyText } from '../../state/replica/checked-body.ts';
import { openDatabase, result, transact } from '../../state/replica/database.ts';
import { layout, upgradeLayout } from '../../state/replica/layout.ts';
import { type Hit, hitOf } from './hit.ts';
import { createTextIndex } from './text-index.ts';

export interface SearchDocument {
  readonly id: string;
  readonly machine: string;
  readonly rev: string;
  readonly title: string;
  readonly path: string;
  readonly tags: string;
}

export type SearchRequest =
  | { readonly type: 'documents'; readonly documents: readonly SearchDocument[] }
  | { readonly type: 'find'; readonly words: string };

export interface SearchHit {
  readonly id: string;
  readonly hit: Hit | undefined;
}

export type SearchAnswer =
  | { readonly type: 'ready'; readonly here: number; readonly of: number }
  | { readonly type: 'found'; readonly words: string; readonly hits: readonly SearchHit[] };

const hitsMax = 20;
/** Texts read in one transaction. */
const batchSize = 50;

const index = createTextIndex();
const known = new Map<string, { readonly document: SearchDocument; readonly here: boolean }>();
const database = openDatabase('sallyport', layout, upgradeLayout);
let turn = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<SearchRequest>) => {
  if (data.type === 'documents') turn = turn.then(() => update(data.documents));
  else void find(data.words);
});

async function update(documents: readonly SearchDocument[]): Promise<void> {
  const ids = new Set(documents.map(({ id }) => id));
  for (const id of known.keys()) {
    if (ids.has(id)) continue;
    index.remove(id);
    known.delete(id);
  }
  const news = documents.filter((document) => {
    const before = known.get(document.id);
    return before?.document.rev !== document.rev || before.document.title !== document.title || !before.here;
  });
  for (let at = 0; at < news.length; at += batchSize) await add(news.slice(at, at + batchSize));
  const here = [...known.values()].filter((one) => one.here).length;
  postMessage({ type: 'ready', here, of: known.size } satisfies SearchAnswer);
}

async function add(documents: readonly SearchDocument[]): Promise<void> {
  const texts = await textsOf(documents);
  for (const [at, document] of documents.entries()) {
    const text = texts[at];
    known.set(document.id, { document, here: index.put({ ...document, text }) });
  }
}

async function textsOf(documents: readonly SearchDocument[]): Promise<readonly (string | undefined)[]> {
  try {
    const bodies = await transact(await database, ['bodies'], 'readonly', (open) =>
      Promise.all(
        documents.map(({ machine, rev }) => result<BodyKept | undefined>(open('bodies').get([machine, rev]))),
      ),
    );
    return bodies.map((body) => (body === undefined ? undefined : bodyText(body).text));
  } catch {
    // This browser stores nothing: titles are found all the same.
    return documents.map(() => undefined);
  }
}

async function find(words: string): Promise<void> {
  const found = index.find(words, hitsMax).flatMap(({ id, terms }) => {
    const one = known.get(id);
    return one === undefined ? [] : [{ terms, document: one.document }];
  });
  const texts = await textsOf(found.map(({ document }) => document));
  const hits = found.map(({ document, terms }, at) => ({ id: document.id, hit: hitOf(texts[at] ?? '', terms) }));
  postMessage({ type: 'found', words, hits } satisfies SearchAnswer);
}
