/** One implementation log: what was done, the files, and the artifacts by kind. */
import { For, Show } from 'solid-js';
import { artifactKindNames, artifactKinds, textOf } from '#contract/grammar/implementation-log.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { hrefTo } from '../../route.ts';
import { atTime } from '../../ui/time.ts';
import { visible } from '../documents/Changes.tsx';
import { artifactName } from './made.ts';

type Entry = ResultOf<'impl-log-search'>['entries'][number];

export function LogCard(props: { machine: string; project: string | undefined; entry: Entry }) {
  const place = () => ({ machine: props.machine, ...(props.project && { project: props.project }) });
  const lines = () => props.entry.statistics;
  return (
    <li class="log">
      <h2>
        <a
          href={hrefTo({
            ...place(),
            place: 'spec',
            item: props.entry.folder,
            query: { doc: `${props.entry.folder}/tasks.md` },
          })}
        >
          Task {props.entry.taskId}
        </a>{' '}
        <span class="small soft">
          {visible(props.entry.spec)} · {atTime(props.entry.timestamp)} · +{lines().linesAdded} −{lines().linesRemoved}
        </span>
      </h2>
      <p>{visible(props.entry.summary)}</p>
      <Files title="Modified" files={props.entry.filesModified} />
      <Files title="Created" files={props.entry.filesCreated} />
      <For each={artifactKindNames}>
        {(kind) => (
          <Show when={props.entry.artifacts[kind]?.length}>
            <details>
              <summary>
                {artifactKinds[kind].heading} <span class="mono">{props.entry.artifacts[kind]?.length}</span>
              </summary>
              <For each={props.entry.artifacts[kind]}>
                {(artifact) => (
                  <>
                    <h3 class="mono">{visible(artifactName(kind, artifact))}</h3>
                    <dl>
                      <For each={Object.entries(artifactKinds[kind].fields)}>
                        {([field, label]) => (
                          <Show when={artifact[field] !== undefined && artifact[field] !== ''}>
                            <dt>{label}</dt>
                            <dd>{visible(textOf(artifact[field] ?? ''))}</dd>
                          </Show>
                        )}
                      </For>
                    </dl>
                  </>
                )}
              </For>
            </details>
          </Show>
        )}
      </For>
      <a class="small" href={hrefTo({ ...place(), place: 'document', item: props.entry.path })}>
        Open the log
      </a>
    </li>
  );
}

function Files(props: { title: string; files: readonly string[] }) {
  return (
    <Show when={props.files.length > 0}>
      <details>
        <summary>
          {props.title} <span class="mono">{props.files.length}</span>
        </summary>
        <ul class="log-files mono">
          <For each={props.files}>{(file) => <li>{visible(file)}</li>}</For>
        </ul>
      </details>
    </Show>
  );
}
