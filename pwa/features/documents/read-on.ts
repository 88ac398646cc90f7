/** Makes a rendered text part of the app: its links lead to the app's screens, its headings follow the page's own, and what is wide scrolls by itself. */
import { type Linker, slugOf } from './links.ts';

/** Names of specs in running text: a number, then words. */
const specName = /\b\d{2,5}-[a-z0-9]+(?:-[a-z0-9]+)*\b/g;

/** Changes the fragment, which is sanitised already. `below` is the level of the heading that it stands under. */
export function prepareText(text: DocumentFragment, linker: Linker, below: number): void {
  for (const link of text.querySelectorAll('a')) leadOn(link, linker);
  nameSpecs(text, linker);
  let level = below;
  for (const heading of text.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    level = Math.min(Number(heading.tagName[1]) + below, level + 1, 6);
    heading.setAttribute('aria-level', String(level));
  }
  for (const table of text.querySelectorAll('table')) {
    const box = document.createElement('div');
    box.className = 'table-box';
    scrolls(box, 'Table');
    table.replaceWith(box);
    box.append(table);
  }
  for (const code of text.querySelectorAll('pre')) scrolls(code, 'Code');
}

/** It can be scrolled by keyboard. */
function scrolls(box: HTMLElement, label: string): void {
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', label);
}

function leadOn(link: HTMLAnchorElement, linker: Linker): void {
  const target = linker.link(link.getAttribute('href') ?? '');
  if (target.is === 'outside') return;
  link.removeAttribute('target');
  link.removeAttribute('rel');
  if (target.is === 'route') {
    link.setAttribute('href', target.href);
    link.title = target.title;
  } else if (target.is === 'heading') {
    link.removeAttribute('href');
    link.dataset.heading = target.slug;
    link.tabIndex = 0;
    link.setAttribute('role', 'link');
  } else {
    const words = document.createElement('span');
    words.className = 'link-gone';
    words.append(...link.childNodes);
    words.title = `${target.path} is not in this project`;
    const said = document.createElement('span');
    said.className = 'hidden-visually';
    said.textContent = ` (${target.path} is not in this project)`;
    words.append(said);
    link.replaceWith(words);
  }
}

/** Bare names of specs become links; not in blocks of code. */
function nameSpecs(text: DocumentFragment, linker: Linker): void {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    if (node.parentElement?.closest('a, pre') === null && /\d-[a-z]/.test((node as Text).data))
      found.push(node as Text);
  for (const node of found) {
    const parts: (string | Node)[] = [];
    let from = 0;
    for (const { 0: word, index } of node.data.matchAll(specName)) {
      const target = linker.name(word);
      if (target?.is !== 'route') continue;
      const link = document.createElement('a');
      link.setAttribute('href', target.href);
      link.title = target.title;
      link.textContent = word;
      parts.push(node.data.slice(from, index), link);
      from = index + word.length;
    }
    if (parts.length > 0) node.replaceWith(...parts, node.data.slice(from));
  }
}

/** Marks the words in the first part of the text that has them all, and scrolls there. Whether there is one. */
export function markFound(host: HTMLElement, words: string): boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const blocks = [...host.querySelectorAll<HTMLElement>('p, li, h1, h2, h3, h4, h5, h6, td, th, pre')];
  const block = blocks.find((one) => {
    const text = one.textContent?.toLowerCase() ?? '';
    return wanted.every((word) => text.includes(word));
  });
  if (block === undefined || wanted.length === 0) return false;
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) nodes.push(node as Text);
  for (const node of nodes) markIn(node, wanted);
  block.scrollIntoView({ block: 'center' });
  return true;
}

/** Puts each of the words of a piece of text into a mark. */
function markIn(node: Text, words: readonly string[]): void {
  const text = node.data.toLowerCase();
  const parts: (string | Node)[] = [];
  let from = 0;
  for (;;) {
    const next = words
      .map((word) => ({ word, at: text.indexOf(word, from) }))
      .filter(({ at }) => at !== -1)
      .sort((a, b) => a.at - b.at || b.word.length - a.word.length)[0];
    if (next === undefined) break;
    const mark = document.createElement('mark');
    mark.textContent = node.data.slice(next.at, next.at + next.word.length);
    parts.push(node.data.slice(from, next.at), mark);
    from = next.at + next.word.length;
  }
  if (parts.length > 0) node.replaceWith(...parts, node.data.slice(from));
}

/** Scrolls to a heading of the text, and puts the focus there. */
export function goToHeading(host: HTMLElement, slug: string): void {
  const headings = [...host.querySelectorAll<HTMLElement>('h1, h2, h3, h4, h5, h6')];
  const heading = headings.find((one) => slugOf(one.textContent ?? '') === slug.toLowerCase());
  if (heading === undefined) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: 'start' });
}
