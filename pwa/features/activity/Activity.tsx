/** What was sent to the machines, newest first, what became of it, and what can still be done about it. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { useFrame } from '../../shell/frame.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { readingLine } from '../../state/facts/reading.ts';
import { commandsOf, machinesOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ago, clock } from '../../ui/time.ts';
import { titleOfKind } from '../receipts.ts';
import { stateWords } from '../words.ts';
import { aboutOf } from './about.ts';
import { CommandSheet } from './CommandSheet.tsx';

/** How many more are shown at a time. */
const shownFirst = 100;

export function Activity(props: { route: Route }) {
  const { state } = useApp();
  const { shown } = useFrame();
  const [most, setMost] = createSignal(shownFirst);
  const commands = createMemo(() =>
    commandsOf(state)
      .filter(({ machine }) => shown() === undefined || machine === shown()?.id)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
  );
  const opened = () => commandsOf(state).find(({ id }) => id === props.route.query.command);
  const open = (command: string) => navigate({ ...props.route, query: { command, see: '' } }, { replace: true });
  return (
    <>
      <Head title="Activity" isChoice line={<StateLine />} />
      <Show
        when={commands().length > 0}
        fallback={
          <Show
            when={readingLine(state, clock())}
            fallback={
              <Empty title="No activity yet">Changes that are sent from the app or with curl appear here.</Empty>
            }
          >
            {(text) => <Skeleton text={text()} />}
          </Show>
        }
      >
        <Rows label="Activity">
          <For each={commands().slice(0, most())}>
            {(command) => <CommandRow command={command} onOpen={() => open(command.id)} />}
          </For>
        </Rows>
        <Show when={commands().length > most()}>
          <p class="rows-foot">
            <button type="button" class="button" onClick={() => setMost(most() + shownFirst)}>
              Show more
            </button>
          </p>
        </Show>
      </Show>
      <Show when={opened()}>
        {(command) => (
          <CommandSheet command={command()} seesBoth={props.route.query.see === 'both'} onClose={() => open('')} />
        )}
      </Show>
    </>
  );
}

function CommandRow(props: { command: CommandSummary; onOpen: () => void }) {
  const { state } = useApp();
  const by = () => (props.command.by.person === state.me?.person.id ? 'you' : props.command.by.name);
  return (
    <Row
      onClick={props.onOpen}
      title={`${titleOfKind(props.command.kind)} · ${aboutOf(props.command)}`}
      note={
        <>
          {machinesOf(state)[props.command.machine]?.name ?? props.command.machine} · by {by()}
          <Show when={props.command.problem}>
            {(problem) => (
              <>
                <br />
                {problem().detail ?? problem().title}
              </>
            )}
          </Show>
        </>
      }
      end={
        <>
          <Chip tone={stateWords[props.command.state].tone}>{stateWords[props.command.state].label}</Chip>
          {ago(Date.parse(props.command.createdAt))}
        </>
      }
    />
  );
}
