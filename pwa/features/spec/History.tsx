/** What happened to a spec: what was sent to it through Sallyport, and the changes of status that its file notes. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import { useApp } from '../../state/context.ts';
import { commandsOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { ago, atTime } from '../../ui/time.ts';
import { CommandSheet } from '../activity/CommandSheet.tsx';
import { metaOf } from '../document-meta.ts';
import { titleOfKind } from '../receipts.ts';
import type { Spec } from '../specs/spec-groups.ts';
import { stateWords, statusWords } from '../words.ts';

interface Entry {
  readonly at: number;
  readonly command?: CommandSummary;
  /** A status that the file notes. */
  readonly status?: string;
}

export function History(props: { machine: string; spec: Spec }) {
  const { state } = useApp();
  const [opened, setOpened] = createSignal<string>();
  const entries = createMemo((): readonly Entry[] =>
    [...commandEntries(commandsOf(state), props), ...noted(props.spec)].sort((a, b) => b.at - a.at),
  );
  const open = () => commandsOf(state).find(({ id }) => id === opened());
  const label = (status: string) =>
    Object.hasOwn(statusWords, status) ? statusWords[status as keyof typeof statusWords].label : status;
  return (
    <>
      <Show
        when={entries().length > 0}
        fallback={<Empty title="No history yet">Changes that are sent from here or with curl appear in it.</Empty>}
      >
        <Rows label="History">
          <For each={entries()}>
            {({ at, command, status = '' }) =>
              command === undefined ? (
                <Row title={`Status became ${label(status)}`} note="noted in the file" end={atTime(at)} />
              ) : (
                <Row
                  onClick={() => setOpened(command.id)}
                  title={titleOfKind(command.kind)}
                  note={`by ${command.by.name}`}
                  end={
                    <>
                      <Chip tone={stateWords[command.state].tone}>{stateWords[command.state].label}</Chip>
                      {ago(at)}
                    </>
                  }
                />
              )
            }
          </For>
        </Rows>
      </Show>
      <p class="small soft rows-foot">
        The relay keeps the newest commands of each machine; older ones are in its audit.
      </p>
      <Show when={open()}>
        {(command) => <CommandSheet command={command()} onClose={() => setOpened(undefined)} />}
      </Show>
    </>
  );
}

function commandEntries(
  all: readonly CommandSummary[],
  { machine, spec }: { readonly machine: string; readonly spec: Spec },
): readonly Entry[] {
  return all
    .filter(
      (command) =>
        command.machine === machine &&
        command.about.project === spec.project &&
        (command.about.spec === spec.name || command.about.spec === spec.folder),
    )
    .map((command) => ({ at: Date.parse(command.createdAt), command }));
}

function noted({ main }: Spec): readonly Entry[] {
  const meta = metaOf(main);
  return meta.is === 'spec' ? meta.transitions.map(({ at, status }) => ({ at: Date.parse(at), status })) : [];
}
