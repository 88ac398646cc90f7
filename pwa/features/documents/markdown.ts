/** Renders Markdown as safe HTML: in a worker that is ended after a second, then sanitised here. */
import DOMPurify from 'dompurify';
import type { MarkdownAnswer, MarkdownRequest } from './markdown-worker.ts';

const renderMsMax = 1000;

let worker: Worker | undefined;
let lastId = 0;

/** The HTML of a text; undefined if it took too long, and then the plain text is shown. A remote image becomes a link, because loading it would tell its server who reads, and when. */
export async function renderMarkdown(
  text: string,
  boxes: MarkdownRequest['boxes'],
): Promise<DocumentFragment | undefined> {
  const html = await renderApart(text, boxes);
  if (html === undefined) return undefined;
  const clean = DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'iframe', 'video', 'audio'],
    FORBID_ATTR: ['style', 'id', 'name'],
    RETURN_DOM_FRAGMENT: true,
  });
  for (const marked of clean.querySelectorAll('[class]')) keepColours(marked);
  // Before the links, because images become links.
  for (const image of clean.querySelectorAll('img')) if (!/^data:/.test(image.src)) showAsLink(image);
  for (const link of clean.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    if (signsIn(link)) showAsText(link);
  }
  return clean;
}

/** Of classes only those of code colours and of languages stay. */
function keepColours(element: Element): void {
  const kept = [...element.classList].filter((name) => /^(?:hljs|language)-[\w-]+$/.test(name));
  if (kept.length === 0) element.removeAttribute('class');
  else element.className = kept.join(' ');
}

/** Whether the address is a sign-in link of the app, here or at another address. Also recognises encodings that the app itself does not accept. */
function signsIn({ hash }: HTMLAnchorElement): boolean {
  let read = hash;
  try {
    read = decodeURIComponent(hash);
  } catch {
    // An encoding that the app would not accept; checked unchanged.
  }
  return /^#\/*sign-in\b/i.test(read);
}

/** Replaces it by its text and address, which a person can copy. */
function showAsText(link: HTMLAnchorElement): void {
  const words = document.createElement('span');
  words.className = 'link-as-text';
  const said = link.textContent ?? '';
  words.textContent = said.includes(link.hash) ? said : `${said} (sign-in link, not opened from here: ${link.href})`;
  link.replaceWith(words);
}

/** Replaces an image by a link with its address. Only its text if it is inside a link, or would lead to the app itself. */
function showAsLink(image: HTMLImageElement): void {
  const link = document.createElement('a');
  link.href = image.src;
  const leads = /^https?:$/.test(link.protocol) && link.origin !== location.origin && image.closest('a') === null;
  const words = leads ? link : document.createElement('span');
  words.textContent = `Image: ${image.alt || 'without a name'} (${image.getAttribute('src') ?? 'no address'})`;
  image.replaceWith(words);
}

function renderApart(text: string, boxes: MarkdownRequest['boxes']): Promise<string | undefined> {
  worker ??= new Worker(new URL('./markdown-worker.ts', import.meta.url), { type: 'module' });
  const used = worker;
  const id = ++lastId;
  return new Promise((resolve) => {
    const done = (html: string | undefined) => {
      clearTimeout(timer);
      used.removeEventListener('message', hear);
      used.removeEventListener('error', fail);
      resolve(html);
    };
    const fail = () => done(undefined);
    const hear = ({ data }: MessageEvent<MarkdownAnswer>) => data.id === id && done(data.html);
    const timer = setTimeout(() => {
      used.terminate();
      if (worker === used) worker = undefined;
      done(undefined);
    }, renderMsMax);
    used.addEventListener('message', hear);
    used.addEventListener('error', fail);
    used.postMessage({ id, text, boxes } satisfies MarkdownRequest);
  });
}
