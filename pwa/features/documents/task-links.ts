/** Links beside the tasks of a rendered tasks.md, each under the words of its task. */

/** Where more about a task is read. */
export interface TaskLink {
  readonly href: string;
  readonly words: string;
}

/** Puts the links into a rendered text, by the numbers of its tasks; those that were there before go. */
export function placeTaskLinks(host: HTMLElement, links: ReadonlyMap<string, TaskLink>): void {
  for (const old of host.querySelectorAll('.task-link')) old.remove();
  for (const item of host.querySelectorAll<HTMLElement>('li[data-task]')) {
    const task = item.dataset.task ?? '';
    const link = links.get(task);
    if (link === undefined) continue;
    const anchor = document.createElement('a');
    anchor.className = 'task-link';
    anchor.setAttribute('href', link.href);
    anchor.textContent = link.words;
    anchor.setAttribute('aria-label', `Task ${task}: ${link.words}`);
    item.querySelector(':scope > .task-text, :scope > p > .task-text')?.after(anchor);
  }
}
