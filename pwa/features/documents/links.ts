/** Where the links of a text lead within the app. Pure. */
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { hrefTo } from '../../route.ts';

/** `route`: an address of the app. `heading`: a place in the same text. `outside`: as it is. `gone`: a path that is not in the project. */
export type LinkTarget =
  | { readonly is: 'route'; readonly href: string; readonly title: string }
  | { readonly is: 'heading'; readonly slug: string }
  | { readonly is: 'outside' }
  | { readonly is: 'gone'; readonly path: string };

export interface Linker {
  /** Of an address as it is written. */
  link(href: string): LinkTarget;
  /** Of the name of a spec, such as `221-ai-orchestration`; undefined if there is none. */
  name(word: string): LinkTarget | undefined;
}

/** The links of a document's text, among the documents of its machine. */
export function createLinker(machine: string, from: Document, all: readonly Document[]): Linker {
  const byPath = new Map<string, Document>();
  const byName = new Map<string, Document>();
  const byFolder = new Map<string, Document>();
  for (const document of all) {
    if (document.project !== from.project) continue;
    byPath.set(document.path, document);
    const folder = folderOf(document);
    if (folder === undefined) continue;
    const main = document.kind === 'spec' ? document : (byFolder.get(folder) ?? document);
    byFolder.set(folder, main);
    byName.set(folder.split('/').at(-1) ?? folder, main);
  }
  const toSpec = (document: Document, doc?: string): LinkTarget => ({
    is: 'route',
    title: document.title ?? document.path,
    href: hrefTo({
      machine,
      project: from.project,
      place: 'spec',
      item: folderOf(document),
      ...(doc === undefined ? {} : { query: { doc } }),
    } as Parameters<typeof hrefTo>[0]),
  });
  const toDocument = (document: Document): LinkTarget =>
    folderOf(document) === undefined
      ? {
          is: 'route',
          title: document.title ?? document.path,
          href: hrefTo({ machine, project: from.project, place: 'document', item: document.path }),
        }
      : toSpec(document, document.kind === 'spec' ? undefined : document.path);
  return {
    link(written) {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(written)) return { is: 'outside' };
      const [path = '', fragment = ''] = written.split('#');
      if (path === '') return { is: 'heading', slug: decoded(fragment) };
      const target = resolvePath(from.path, decoded(path.split('?')[0] ?? ''));
      if (target === undefined) return { is: 'gone', path: written };
      const found = byPath.get(target) ?? byPath.get(`${target}/README.md`) ?? byPath.get(`${target}.md`);
      if (found !== undefined) return toDocument(found);
      const spec = byFolder.get(target) ?? byName.get(target.split('/').at(-1) ?? '');
      return spec === undefined ? { is: 'gone', path: target } : toSpec(spec);
    },
    name(word) {
      const spec = byName.get(word);
      return spec === undefined ? undefined : toSpec(spec);
    },
  };
}

/** The path within the project; undefined if it leads out of it. */
function resolvePath(from: string, written: string): string | undefined {
  const parts = written.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The name of a heading in links, as GitHub makes it. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
