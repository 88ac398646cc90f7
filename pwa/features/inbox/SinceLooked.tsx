/** What changed in the files since the person last looked, by day, a line for each spec. */
import { createMemo, createResource, For, Show } from 'solid-js';
import { folderOf } from '#contract/document-key.ts';
import { hrefTo, type Route } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { readingLine } from '../../state/facts/reading.ts';
import { documentsOf, machinesOf, machinesWithDocuments } from '../../state/facts/sorts.ts';
import { keepsSome } from '../../state/replica/kept-machines.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ago, atTime, clock } from '../../ui/time.ts';
import { countsBetween } from '../documents/diff-lines.ts';
import { specOf } from '../specs/spec-groups.ts';
import { counted, statusWords } from '../words.ts';
import { authorOf, type ChangedSpec, documentOf } from './since-looked.ts';
import { whatChanged } from './what-changed.ts';

const shownMax = 100;

export function SinceLooked(props: { changed: readonly ChangedSpec[]; route: Route; onSeen: () => void }) {
  const { state } = useApp();
  const days = createMemo(() => Map.groupBy(props.changed.slice(0, shownMax), ({ at }) => dayOf(at)));
  return (
    <Show
      when={props.changed.length > 0}
      fallback={
        <Show
          when={readingLine(state, clock())}
          fallback={<Empty title="No files changed">What changes in the files from now on appears here.</Empty>}
        >
          {(text) => <Skeleton text={text()} />}
        </Show>
      }
    >
      <For each={[...days().keys()]}>
        {(day, at) => (
          <section>
            <h2 class="inbox-group">
              {day}
              <Show when={at() === 0}>
                <button type="button" class="button plain spread inbox-seen" onClick={() => props.onSeen()}>
                  Mark all as seen
                </button>
              </Show>
            </h2>
            <ul>
              <For each={days().get(day)}>{(changed) => <Line changed={changed} />}</For>
            </ul>
          </section>
        )}
      </For>
      <p class="inbox-foot small soft">
        {covered(machinesWithDocuments(state).length, Object.keys(machinesOf(state)).length)}
        <Show when={props.changed.length > shownMax}>{counted(props.changed.length - shownMax, 'more spec')}. </Show>
        What a file was is kept for 7 days; of older changes only the time is known.
      </p>
    </Show>
  );
}

function Line(props: { changed: ChangedSpec }) {
  const app = useApp();
  const { state } = app;
  const first = () => documentOf(props.changed.documents[0] as ChangedSpec['documents'][0]);
  const folder = () => folderOf(first());
  const others = createMemo(() => {
    const keys = new Set(props.changed.documents.map(({ key }) => key));
    return Object.entries(documentsOf(state, props.changed.machine)).flatMap(([key, document]) =>
      folder() !== undefined &&
      !keys.has(key) &&
      document.project === props.changed.project &&
      folderOf(document) === folder()
        ? [document]
        : [],
    );
  });
  const spec = () =>
    folder() === undefined
      ? undefined
      : specOf(props.changed.item, [...others(), ...props.changed.documents.map((one) => documentOf(one))]);
  const what = createMemo(() => whatChanged(props.changed.item, props.changed.documents, others()));
  const [lines] = createResource(
    () => props.changed,
    async ({ machine, documents }) => {
      const both = documents.flatMap(({ before, after }) =>
        before?.document && after ? [[before.document.rev, after.rev] as const] : [],
      );
      const counts = await Promise.all(
        both.map(async ([from, to]) => {
          const [old, fresh] = await Promise.all([app.body(machine, from), app.body(machine, to)]);
          return old?.text === undefined || fresh?.text === undefined ? undefined : countsBetween(old.text, fresh.text);
        }),
      );
      const known = counts.filter((one) => one !== undefined);
      return known.length === 0
        ? undefined
        : {
            added: known.reduce((sum, { added }) => sum + added, 0),
            removed: known.reduce((sum, { removed }) => sum + removed, 0),
          };
    },
  );
  const project = () =>
    machinesOf(state)[props.changed.machine]?.projects.find(({ id }) => id === props.changed.project)?.name;
  const by = () => {
    const author = props.changed.documents.map((one) => authorOf(state, props.changed.machine, one)).find(Boolean);
    if (author === undefined) return 'in the files';
    return author.person === state.me?.person.id ? 'by you' : `by ${author.name}`;
  };
  return (
    <li>
      <a
        class="inbox-line"
        href={hrefTo({
          machine: props.changed.machine,
          project: props.changed.project,
          place: 'change',
          item: props.changed.item,
        })}
      >
        <span class="inbox-number mono soft">{spec()?.number}</span>
        <span class="inbox-words">
          <span class="inbox-title">{spec()?.title ?? first().title ?? first().path}</span>
          <span class="inbox-what small soft">
            <Show when={what().is === 'new'}>
              <Chip tone="planned">New</Chip>
              {spec() === undefined ? '' : statusWords[spec()?.status ?? 'planned'].label}
            </Show>
            <Show when={what().is === 'removed'}>
              <Chip tone="danger">Removed</Chip>
            </Show>
            <Show when={what().status}>
              {(status) => (
                <>
                  <Chip tone={statusWords[status().from].tone}>{statusWords[status().from].label}</Chip>
                  <span aria-hidden="true">→</span>
                  <span class="hidden-visually">became</span>
                  <Chip tone={statusWords[status().to].tone}>{statusWords[status().to].label}</Chip>
                </>
              )}
            </Show>
            <Show when={what().tasks}>
              {(tasks) => (
                <span>
                  {tasks().more > 0
                    ? `${counted(tasks().more, 'task')} done`
                    : `${counted(-tasks().more, 'task')} opened again`}{' '}
                  · {tasks().done} of {tasks().total}
                </span>
              )}
            </Show>
            <Show when={lines()}>
              {(count) => (
                <span class="mono">
                  <span class="plus">+{count().added}</span> <span class="minus">−{count().removed}</span>
                </span>
              )}
            </Show>
          </span>
          <span class="small soft">
            {props.changed.documents.length === 1
              ? first().path.split('/').at(-1)
              : counted(props.changed.documents.length, 'file')}{' '}
            · {project()} · {by()}
          </span>
        </span>
        <time class="small soft mono" title={atTime(props.changed.at)}>
          {ago(props.changed.at)}
        </time>
      </a>
    </li>
  );
}

function dayOf(at: number): string {
  const day = (time: number) => new Date(time).toDateString();
  if (day(at) === day(clock())) return 'Today';
  if (day(at) === day(clock() - 24 * 60 * 60_000)) return 'Yesterday';
  return new Date(at).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'short' });
}

function covered(kept: number, all: number): string {
  return keepsSome(all) ? `On the ${counted(kept, 'machine')} of ${all} that this device keeps. ` : '';
}
