/** Find what exists: endpoints, components, functions and classes that the logs name, with their places. */
import { createMemo, For, Show } from 'solid-js';
import { artifactKinds } from '#contract/grammar/implementation-log.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { visible } from '../documents/Changes.tsx';
import { madeIn, namedKinds } from './made.ts';

export function MadeList(props: {
  machine: string;
  route: Route;
  entries: ResultOf<'impl-log-search'>['entries'];
  words: string;
}) {
  const groups = createMemo(() => {
    const words = props.words.toLowerCase().split(/\s+/);
    return namedKinds
      .map((kind) => ({
        kind,
        made: madeIn(props.entries, kind).filter(({ name, location, purpose }) => {
          const text = `${name}\n${location}\n${purpose}`.toLowerCase();
          return words.every((word) => text.includes(word));
        }),
      }))
      .filter(({ made }) => made.length > 0);
  });
  return (
    <Show
      when={groups().length > 0}
      fallback={<Empty title="No matches">No log names anything with these words.</Empty>}
    >
      <For each={groups()}>
        {({ kind, made }) => (
          <section>
            <h2 class="rows-head">
              {artifactKinds[kind].heading} <span class="mono">{made.length}</span>
            </h2>
            <Rows label={artifactKinds[kind].heading}>
              <For each={made}>
                {({ name, location, purpose, entry }) => (
                  <Row
                    href={hrefTo({
                      machine: props.machine,
                      ...(props.route.project && { project: props.route.project }),
                      place: 'document',
                      item: entry.path,
                    })}
                    title={<span class="mono">{visible(name)}</span>}
                    note={
                      <>
                        {visible(purpose)} <span class="mono">{visible(location)}</span> · {visible(entry.spec)}, task{' '}
                        {entry.taskId}
                      </>
                    }
                  />
                )}
              </For>
            </Rows>
          </section>
        )}
      </For>
    </Show>
  );
}
