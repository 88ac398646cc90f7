/** The body of a document, by its kind: Markdown with boxes to tick, JSON set out, anything else as text. */
import { createEffect, createResource, createSignal, lazy, Match, on, Show, Suspense, Switch, untrack } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { readTasks } from '#contract/grammar/tasks.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { taskStatuses } from '#contract/meta.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machinesOf } from '../../state/facts/sorts.ts';
import { createCall } from '../../ui/create-call.ts';
import { Empty } from '../../ui/empty.tsx';
import { metaOf } from '../document-meta.ts';
import { isEditAllowed, mayEdit, send } from '../editing.ts';
import { useTaskLogs } from '../logs/task-logs.ts';
import { specArgOf } from '../specs/spec-groups.ts';
import { createLinker } from './links.ts';
import type { Box } from './Markdown.tsx';
import { TaskSheet } from './TaskSheet.tsx';

const AddLog = lazy(async () => ({ default: (await import('../logs/AddLog.tsx')).AddLog }));
const Markdown = lazy(async () => ({ default: (await import('./Markdown.tsx')).Markdown }));

/** What keeps the text on the machine, or why the file is not as it should be: said before the text, or in its place. */
export function DocumentBody(props: { machine: string; document: Document; find: string | undefined }) {
  const said = (name: 'withheld' | 'problem') => metaOf(props.document)[name];
  return (
    <Show
      when={said('withheld')}
      fallback={
        <>
          <Show when={said('problem')}>
            {(problem) => (
              <p class="strip" role="status">
                {problem()}
              </p>
            )}
          </Show>
          <Text {...props} />
        </>
      }
    >
      {(why) => (
        <Empty title="The text stays on the machine">
          {why()} Read and edit it there. If it contains no secret, change the part that looks like one.
        </Empty>
      )}
    </Show>
  );
}

function Text(props: { machine: string; document: Document; find: string | undefined }) {
  const app = useApp();
  const [choosing, setChoosing] = createSignal<Box>();
  /** The task that a log is written for. */
  const [logging, setLogging] = createSignal<string>();
  const taskLogs = useTaskLogs(props);
  // A link of the sheet leads to another document, which has no such task.
  createEffect(
    on(
      () => props.document.path,
      () => setChoosing(undefined),
      { defer: true },
    ),
  );
  const [body] = createResource(
    () => ({ machine: props.machine, rev: props.document.rev, state: props.document.body }),
    async ({ machine }) => {
      const { project, path } = props.document;
      const read = await app.answer(machine, 'file-read', { project, path });
      return { rev: read?.rev, text: read && textOf(read) };
    },
  );
  // Read once for a text: what is linked may come later, and is found at the next look.
  const linker = () =>
    untrack(() => createLinker(props.machine, props.document, Object.values(documentsOf(app.state, props.machine))));
  const isMarkdown = () => /\.md$/i.test(props.document.path);
  const boxes = () =>
    props.document.kind === 'tasks' ? 'tasks' : props.document.meta.format === 'lean-spec' ? 'checklist' : 'none';
  // spec-context would not see a task that is blocked any more.
  const statuses = () =>
    props.document.meta.format === 'spec-context'
      ? taskStatuses.filter((status) => status !== 'blocked')
      : taskStatuses;
  const tick = (box: Box) => {
    if (box.task !== undefined) setChoosing(box);
    else setBox(box, box.status === 'completed' ? 'pending' : 'completed');
  };
  const mayLog = () => {
    const { project, meta, kind } = props.document;
    if (kind !== 'tasks' || meta.format !== 'spec-workflow' || meta.archived === true) return false;
    return isEditAllowed(app, props.machine, { kind: 'impl-log-add', project });
  };
  const logTask = (task: string | undefined) => {
    setChoosing(undefined);
    setLogging(task);
  };
  const setBox = (box: Box, status: Box['status'], reason?: string) => {
    // The rev of the text that the box was drawn from, which may be older than the document's by now.
    const rev = body.latest?.rev;
    if (rev === undefined) return;
    const { project, path } = props.document;
    const spec = specArgOf(props.document);
    const name = path.split('/').at(-1) ?? path;
    // A number may stand twice: the line and the text say which.
    const what = {
      line: box.line,
      text: box.text,
      ...(box.task === undefined ? { document: name } : { task: box.task }),
    };
    send(
      app,
      props.machine,
      'task-status-update',
      { project, spec, ...what, status, ...(reason ? { reason } : {}) },
      { ifRev: rev },
    );
  };
  return (
    <Switch fallback={<pre class="plain-text">{body.latest?.text}</pre>}>
      <Match when={body.latest === undefined}>{null}</Match>
      <Match when={body.latest?.text === undefined}>
        <Show
          when={props.document.body !== 'omitted'}
          fallback={<Empty title="The text is not available">This file stays on the machine.</Empty>}
        >
          <FromMachine {...props} />
        </Show>
      </Match>
      <Match when={isMarkdown()}>
        <Suspense>
          <Markdown
            text={body.latest?.text ?? ''}
            boxes={boxes()}
            linker={linker()}
            find={props.find}
            taskLinks={taskLogs()}
            onTick={mayEdit(app, props.machine) ? tick : undefined}
          />
        </Suspense>
        <Show when={choosing()}>
          {(box) => (
            <TaskSheet
              box={box()}
              task={readTasks(body.latest?.text ?? '').find(({ line }) => line === box().line)}
              machine={props.machine}
              document={props.document}
              statuses={statuses()}
              onClose={() => setChoosing(undefined)}
              onLog={mayLog() ? () => logTask(box().task) : undefined}
              onChoose={(status, reason) => {
                setBox(box(), status, reason);
                setChoosing(undefined);
              }}
            />
          )}
        </Show>
        <Show when={logging() === undefined ? undefined : machinesOf(app.state)[props.machine]}>
          {(machine) => (
            <Suspense>
              <AddLog
                machine={machine()}
                project={props.document.project}
                spec={folderOf(props.document)}
                task={logging()}
                onClose={() => setLogging(undefined)}
              />
            </Suspense>
          )}
        </Show>
      </Match>
      <Match when={/\.json$/i.test(props.document.path)}>
        <pre class="plain-text">{setOut(body.latest?.text ?? '')}</pre>
      </Match>
    </Switch>
  );
}

function textOf({ text = 'This file is not text.' }: ResultOf<'file-read'>): string {
  return text;
}

/** In place of a text that is not here yet: the machine can be asked for it. */
function FromMachine(props: { machine: string; document: Document }) {
  const app = useApp();
  const [text, setText] = createSignal<string>();
  const call = createCall();
  const ask = async () => {
    const { project, path } = props.document;
    const read = await app.ask(props.machine, 'file-read', { project, path });
    setText(textOf(read));
  };
  return (
    <Show when={text() === undefined} fallback={<pre class="plain-text">{text()}</pre>}>
      <Empty title="The text has not arrived yet">
        {call.problem() ?? 'It is still being uploaded, or this device has not loaded it yet.'}
      </Empty>
      <p class="choices">
        <button type="button" class="button" disabled={call.busy()} onClick={() => void call.run(ask)}>
          Read it from the machine
        </button>
      </p>
    </Show>
  );
}

function setOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
