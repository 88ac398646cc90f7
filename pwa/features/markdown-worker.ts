/** Renders Markdown apart from the page, so that a text that never ends to render costs a worker and not the screen. Tasks carry their line, so that a tick finds its way back to the file. */
import MarkdownIt from 'markdown-it';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { readTasks } from '#contract/grammar/tasks.ts';

export interface MarkdownRequest {
  readonly id: number;
  readonly text: string;
  /** Which grammar its boxes follow; `none`: boxes are text. */
  readonly boxes: 'checklist' | 'tasks' | 'none';
}

export interface MarkdownAnswer {
  readonly id: number;
  readonly html: string;
}

const markdown = new MarkdownIt({ html: false, linkify: true });
const marker = /^\[[ xX~-]\]\s+/;

/** `- [ ]` becomes a box that the page turns into a button; the attributes say which task it is. */
markdown.core.ruler.push('tasks', (state) => {
  const boxes = (state.env as { boxes: ReadonlyMap<number, readonly [string, string][]> }).boxes;
  let item: (typeof state.tokens)[number] | undefined;
  for (const token of state.tokens) {
    if (token.type === 'list_item_open') item = token;
    const attributes = token.type === 'inline' && token.map ? boxes.get(token.map[0] + 1) : undefined;
    const text = token.children?.[0];
    if (attributes === undefined || item === undefined || text?.type !== 'text' || !marker.test(text.content)) continue;
    text.content = text.content.replace(marker, '');
    item.attrs = [...(item.attrs ?? []), ...attributes];
    item = undefined;
  }
});

/** By line of the file (1-based), the attributes of the task that begins there. */
function boxesOf(text: string, kind: MarkdownRequest['boxes']): ReadonlyMap<number, [string, string][]> {
  if (kind === 'none') return new Map();
  if (kind === 'tasks')
    return new Map(
      readTasks(text).map(({ line, id, status, text: words }) => [
        line,
        [
          ['data-line', String(line)],
          ['data-task', id],
          ['data-status', status],
          ['data-text', words],
        ],
      ]),
    );
  return new Map(
    readChecklist(text).map(({ line, done, text: words }) => [
      line,
      [
        ['data-line', String(line)],
        ['data-status', done ? 'completed' : 'pending'],
        ['data-text', words],
      ],
    ]),
  );
}

/** Front matter is shown as chips, not as text: its lines stay, empty, so that line numbers are those of the file. */
function withoutFrontMatter(text: string): string {
  const matter = /^\uFEFF?\s*---[ \t]*\r?\n[\s\S]*?\n---[ \t]*(?:\r?\n|$)/.exec(text)?.[0];
  return matter === undefined ? text : matter.replace(/[^\n]/g, '') + text.slice(matter.length);
}

addEventListener('message', ({ data }: MessageEvent<MarkdownRequest>) => {
  const env = { boxes: boxesOf(data.text, data.boxes) };
  postMessage({ id: data.id, html: markdown.render(withoutFrontMatter(data.text), env) } satisfies MarkdownAnswer);
});
