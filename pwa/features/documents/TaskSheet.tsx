/** One task of tasks.md: what it asks for, and its status to choose. */
import { createMemo, createResource, For, Show } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { criterionOf, readCriteria } from '#contract/grammar/requirements.ts';
import { promptSections, type Task } from '#contract/grammar/tasks.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { taskWords } from '../words.ts';
import type { Box } from './Markdown.tsx';

interface TaskSheetProps {
  readonly machine: string;
  /** The tasks.md. */
  readonly document: Document;
  readonly box: Box;
  /** As the text says it; undefined where the text has changed. */
  readonly task: Task | undefined;
  readonly statuses: readonly Box['status'][];
  readonly onClose: () => void;
  readonly onChoose: (status: Box['status'], reason?: string) => void;
  /** Undefined where no log of it can be written. */
  readonly onLog: (() => void) | undefined;
}

export function TaskSheet(props: TaskSheetProps) {
  let reason: HTMLInputElement | undefined;
  return (
    <Sheet title={`Task ${props.box.task}`} onClose={props.onClose}>
      <p class="soft">{props.box.text}</p>
      <For each={props.statuses}>
        {(status) => (
          <Choice
            chosen={status === props.box.status}
            onClick={() => props.onChoose(status, status === 'blocked' ? reason?.value.trim() : undefined)}
          >
            <Chip tone={taskWords[status].tone}>{taskWords[status].label}</Chip>
          </Choice>
        )}
      </For>
      <Show when={props.statuses.includes('blocked')}>
        <input
          ref={reason}
          class="field"
          style={{ 'margin-top': '12px' }}
          placeholder="Why it is blocked (optional)"
          aria-label="Why it is blocked"
          maxlength="200"
        />
        <p class="small soft">The agent’s tool reads a reason up to its last underscore.</p>
      </Show>
      <Show when={props.onLog}>
        {(log) => (
          <p class="rows-foot">
            <button type="button" class="button" aria-haspopup="dialog" onClick={() => log()()}>
              Log what was done
            </button>
          </p>
        )}
      </Show>
      <Show when={props.task}>{(task) => <TaskWords {...props} task={task()} />}</Show>
    </Sheet>
  );
}

/** What a task says of itself: why it is blocked, its prompt by sections, its requirements, its files. */
function TaskWords(props: TaskSheetProps & { readonly task: Task }) {
  const paths = () => [...new Set([...props.task.leverage, ...props.task.files])];
  return (
    <>
      <Show when={props.task.blocked}>{(why) => <p class="strip">Blocked: {why()}</p>}</Show>
      <Show when={props.task.prompt}>
        {(prompt) => (
          <>
            <For each={promptSections(prompt())}>
              {({ key, value }) => (
                <p>
                  <Show when={key}>
                    <strong>{key}: </strong>
                  </Show>
                  {value}
                </p>
              )}
            </For>
            <p class="rows-foot">
              <CopyButton label="Copy the prompt" text={prompt()} />
            </p>
          </>
        )}
      </Show>
      <Show when={props.task.requirements.length > 0}>
        <Requirements {...props} ids={props.task.requirements} />
      </Show>
      <Show when={paths().length > 0}>
        <Rows label="Files of the task">
          <For each={paths()}>{(path) => <Row title={<span class="mono">{path}</span>} />}</For>
        </Rows>
      </Show>
    </>
  );
}

/** The requirements that a task refers to, each with its words and a link to them. */
function Requirements(props: Pick<TaskSheetProps, 'machine' | 'document'> & { readonly ids: readonly string[] }) {
  const app = useApp();
  const requirements = createMemo(() => {
    const folder = folderOf(props.document);
    return Object.values(documentsOf(app.state, props.machine)).find(
      (other) =>
        other.kind === 'requirements' && other.project === props.document.project && folderOf(other) === folder,
    );
  });
  const [criteria] = createResource(requirements, async ({ project, path }) => {
    const read = await app.answer(props.machine, 'file-read', { project, path });
    return readCriteria(read?.text ?? '');
  });
  const href = (words: string) => {
    const { project, path } = requirements() ?? props.document;
    const item = folderOf(props.document) ?? '';
    return hrefTo({
      machine: props.machine,
      project,
      place: 'spec',
      item,
      query: { doc: path, find: findable(words) },
    });
  };
  return (
    <Rows label="Requirements of the task">
      <For each={props.ids}>
        {(id) => (
          <Show when={criterionOf(criteria.latest ?? new Map(), id)} fallback={<Row title={`Requirement ${id}`} />}>
            {(criterion) => <Row href={href(criterion().text)} title={`Requirement ${id}`} note={criterion().text} />}
          </Show>
        )}
      </For>
    </Rows>
  );
}

/** The first words of a criterion, by which its place in the text is found. */
function findable(words: string): string {
  return words
    .replace(/[`*_[\]()]+/g, ' ')
    .trim()
    .slice(0, 120);
}
