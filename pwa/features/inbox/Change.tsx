/** What changed in a spec since the person last looked: the difference of each of its files. */
import { createMemo, createResource, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { atTime } from '../../ui/time.ts';
import { Changes } from '../documents/Changes.tsx';
import { type ChangedDocument, changedSinceLooked, documentOf } from './since-looked.ts';

export function Change(props: { machine: Machine; route: Route }) {
  const { state } = useApp();
  const changed = createMemo(() =>
    changedSinceLooked(state).find(
      ({ machine, project, item }) =>
        machine === props.machine.id && project === props.route.project && item === props.route.item,
    ),
  );
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project)?.name ?? '';
  const isSpec = () => changed()?.documents.some((one) => documentOf(one).path !== props.route.item) ?? false;
  return (
    <article>
      <Head title={props.route.item?.split('/').at(-1) ?? ''} crumb={`${project()} · since you last looked`}>
        <a
          class="button"
          href={hrefTo({
            machine: props.machine.id,
            project: props.route.project,
            place: isSpec() ? 'spec' : 'document',
            item: props.route.item,
          } as Partial<Route>)}
        >
          Open
        </a>
      </Head>
      <For
        each={changed()?.documents}
        fallback={<Empty title="Nothing new here">You have seen all changes of these files.</Empty>}
      >
        {(document) => <FileChange machine={props.machine.id} changed={document} />}
      </For>
    </article>
  );
}

function FileChange(props: { machine: string; changed: ChangedDocument }) {
  const app = useApp();
  const document = () => documentOf(props.changed);
  const [texts] = createResource(
    () => [props.changed.before?.document?.rev, props.changed.after?.rev] as const,
    async ([from, to]) => {
      const read = async (rev: string | undefined) =>
        rev === undefined ? undefined : (await app.body(props.machine, rev))?.text;
      const [before, after] = await Promise.all([read(from), read(to)]);
      return { before, after };
    },
  );
  const isNew = () => props.changed.before !== undefined && props.changed.before.document === null;
  return (
    <section class="change-file">
      <h2 class="mono">{document().path.split('/').at(-1)}</h2>
      <p class="small soft">
        {props.changed.after === undefined ? 'Removed' : isNew() ? 'New' : 'Changed'} {atTime(document().mtime)}
      </p>
      <Show when={props.changed.before === undefined}>
        <p class="small soft">This device had not read what it was before. This is the text as it is now.</p>
      </Show>
      <Show when={!texts.loading} fallback={<p class="soft">Reading…</p>}>
        <Changes before={texts()?.before} after={texts()?.after} />
      </Show>
    </section>
  );
}
