/** Renders Markdown as HTML that must still be sanitised. Boxes carry their line, so that a tick can be applied to the file. */
import MarkdownIt from 'markdown-it';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { asMarkdown } from '#contract/grammar/lines.ts';
import { readTaskFile } from '#contract/grammar/tasks.ts';
import type { TaskStatus } from '#contract/meta.ts';
import { colouredHtml } from './code-colours.ts';

/** Which grammar the boxes of a text follow; `none`: boxes are text. */
export type BoxGrammar = 'checklist' | 'tasks' | 'none';

const markdown = new MarkdownIt({ html: false, linkify: true, highlight: colouredHtml });
const marker = /^\[[ xX~-]\]\s+/;

/** The HTML of a text. Front matter is shown as chips, not as text. */
export function markdownHtml(text: string, grammar: BoxGrammar): string {
  return markdown.render(asMarkdown(text), { boxes: boxesOf(text, grammar) });
}

/** `- [ ]` becomes a box that the page turns into a button; the attributes say which task it is. */
markdown.core.ruler.push('tasks', (state) => {
  const boxes = (state.env as { boxes: ReadonlyMap<number, Attributes> }).boxes;
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

/** Every block says which lines of the file it is, so that a comment on it finds them. */
markdown.core.ruler.push('lines', ({ tokens }) => {
  for (const token of tokens)
    if (token.map && (token.nesting === 1 || isCode(token.type)))
      token.attrSet('data-lines', `${token.map[0] + 1}-${token.map[1]}`);
});

function isCode(type: string): boolean {
  return type === 'fence' || type === 'code_block';
}

type Attributes = [string, string][];

/** By line of the file (1-based), the attributes of the task that begins there. */
function boxesOf(text: string, grammar: BoxGrammar): ReadonlyMap<number, Attributes> {
  if (grammar === 'none') return new Map();
  const { tasks, items } = grammar === 'tasks' ? readTaskFile(text) : { tasks: [], items: readChecklist(text) };
  return new Map([
    ...tasks.map((task) => [task.line, [['data-task', task.id], ...attributesOf(task, task.status)]] as const),
    ...items.map((item) => [item.line, attributesOf(item, item.done ? 'completed' : 'pending')] as const),
  ] as [number, Attributes][]);
}

function attributesOf({ line, text }: { line: number; text: string }, status: TaskStatus): Attributes {
  return [
    ['data-line', String(line)],
    ['data-status', status],
    ['data-text', text],
  ];
}
