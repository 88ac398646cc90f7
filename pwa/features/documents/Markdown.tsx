/** A rendered Markdown document whose tasks can be ticked. */
import { createEffect, createMemo, createResource, on, onCleanup, Show } from 'solid-js';
import type { TaskStatus } from '#contract/meta.ts';
import { drawDiagrams } from './diagrams.ts';
import type { Linker } from './links.ts';
import { renderMarkdown } from './markdown.ts';
import type { MarkdownRequest } from './markdown-worker.ts';
import { type Note, placeNotes } from './notes.ts';
import { goToHeading, markFound, prepareText } from './read-on.ts';
import { placeTaskLinks, type TaskLink } from './task-links.ts';
import './markdown.css';

/** A box of the text, as it is in the file. */
export interface Box {
  readonly line: number;
  readonly text: string;
  readonly status: TaskStatus;
  /** Number of a task of tasks.md. */
  readonly task: string | undefined;
}

const marks = { pending: '', completed: '✓', 'in-progress': '–', blocked: '!' } as const;
const states = { pending: 'open', completed: 'done', 'in-progress': 'progress', blocked: 'blocked' } as const;

/** `onTick` absent: the boxes cannot be ticked now. */
export function Markdown(props: {
  text: string;
  boxes: MarkdownRequest['boxes'];
  linker: Linker;
  /** Words that were searched for: marked and scrolled to, once. */
  find: string | undefined;
  /** What is said about lines of it. */
  notes?: readonly Note[];
  /** What stands under its tasks, by their numbers. */
  taskLinks?: ReadonlyMap<string, TaskLink>;
  onTick: ((box: Box) => void) | undefined;
}) {
  // Of the same text nothing is drawn anew: what a person has selected in it stays.
  const source = createMemo(() => ({ text: props.text, boxes: props.boxes }), undefined, {
    equals: (a, b) => a.text === b.text && a.boxes === b.boxes,
  });
  const [rendered] = createResource(source, async ({ text, boxes }) => {
    const fragment = await renderMarkdown(text, boxes);
    if (fragment !== undefined) prepareText(fragment, props.linker, 1);
    return { fragment };
  });
  let host: HTMLDivElement | undefined;
  let foundFor: string | undefined;
  const placeLinks = () => {
    const links = props.taskLinks;
    if (host !== undefined && links !== undefined) placeTaskLinks(host, links);
  };
  createEffect(
    on([() => rendered.latest, () => props.onTick !== undefined], ([latest, active]) => {
      if (latest?.fragment === undefined || host === undefined) return;
      // A box keeps the focus when the file has changed: who ticks by keyboard goes on.
      const focused = host.querySelector('.tick:focus')?.getAttribute('aria-label');
      host.replaceChildren(latest.fragment.cloneNode(true));
      for (const item of host.querySelectorAll<HTMLElement>('li[data-line]'))
        addBox(item, active, (box) => props.onTick?.(box));
      placeLinks();
      for (const link of host.querySelectorAll<HTMLElement>('a[data-heading]')) addJump(link, host);
      const ticks = [...host.querySelectorAll<HTMLElement>('.tick')];
      if (focused) ticks.find((tick) => tick.getAttribute('aria-label') === focused)?.focus({ preventScroll: true });
      onCleanup(drawDiagrams(host));
      // The text of the address may come after its words.
      if (foundFor !== props.find && (!props.find || markFound(host, props.find))) foundFor = props.find;
    }),
  );
  createEffect(() => {
    // After the text, which is drawn by the effect above.
    void rendered.latest;
    if (host !== undefined) placeNotes(host, props.notes ?? []);
  });
  createEffect(() => placeLinks());
  return (
    <Show
      when={rendered.latest === undefined || rendered.latest.fragment !== undefined}
      fallback={<pre class="plain-text">{props.text}</pre>}
    >
      <div class="markdown" ref={host} />
    </Show>
  );
}

/** A link within the text: the address of the app stays as it is. */
function addJump(link: HTMLElement, host: HTMLElement): void {
  const jump = () => goToHeading(host, link.dataset.heading ?? '');
  link.addEventListener('click', jump);
  link.addEventListener('keydown', ({ key }) => key === 'Enter' && jump());
}

/** Turns the item's mark into a button, in front of its words. */
function addBox(item: HTMLElement, active: boolean, onTick: (box: Box) => void): void {
  const { line = '0', text = '', status = 'pending', task } = item.dataset;
  const box: Box = { line: Number(line), text, status: status as TaskStatus, task };
  const home = item.firstElementChild?.tagName === 'P' ? item.firstElementChild : item;
  const words = document.createElement('span');
  words.className = 'task-text';
  while (home.firstChild && !['UL', 'OL', 'P'].includes((home.firstChild as Element).tagName ?? ''))
    words.append(home.firstChild);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'tick';
  button.dataset.state = states[box.status];
  button.textContent = marks[box.status];
  button.disabled = !active;
  button.setAttribute('aria-pressed', String(box.status === 'completed'));
  button.setAttribute('aria-label', `${box.task === undefined ? '' : `Task ${box.task}: `}${box.text}`.slice(0, 200));
  button.addEventListener('click', () => {
    button.dataset.pending = '';
    onTick(box);
  });
  // The whole line is the target of a thumb; a link in it, or text that is being selected, is not.
  words.addEventListener('click', ({ target }) => {
    const isLink = target instanceof Element && target.closest('a') !== null;
    if (!isLink && !button.disabled && getSelection()?.isCollapsed !== false) button.click();
  });
  home.prepend(button, words);
  item.classList.add('task');
  item.classList.toggle('done', box.status === 'completed');
}
