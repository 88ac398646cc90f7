/** All that a run wrote, from the machine, piece by piece: also what lies before the part that its channel keeps. */
import { createSignal, For, onMount, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { plainText } from './run-output.ts';
import type { Session } from './sessions.ts';

const streams = ['stdout', 'stderr'] as const;
type Name = (typeof streams)[number];

export function WholeOutput(props: { session: Session; onClose: () => void }) {
  const [stream, setStream] = createSignal<Name>('stdout');
  return (
    <Sheet title="All output" wide onClose={props.onClose}>
      <fieldset class="run-streams">
        <legend class="hidden-visually">Which output</legend>
        <For each={streams}>
          {(of) => (
            <button type="button" aria-pressed={stream() === of} onClick={() => setStream(of)}>
              {of}
            </button>
          )}
        </For>
      </fieldset>
      <Show when={stream()} keyed>
        {(of) => <Pieces session={props.session} stream={of} />}
      </Show>
    </Sheet>
  );
}

function Pieces(props: { session: Session; stream: Name }) {
  const app = useApp();
  const call = createCall();
  const [text, setText] = createSignal('');
  const [next, setNext] = createSignal<number | undefined>(0);
  const more = () =>
    call.run(async () => {
      const { id, machine } = props.session;
      const args = { run: id, stream: props.stream, offset: next() ?? 0 };
      const piece = await app.ask(machine.id, 'run-output', args);
      const told = piece.encoding === 'base64' ? '(These bytes are no text.)\n' : piece.text;
      setText((before) => before + plainText(told));
      setNext(piece.end ? undefined : piece.offset);
    });
  onMount(() => void more());
  return (
    <>
      <Show
        when={text() !== ''}
        fallback={<p class="soft">{call.busy() ? 'Asking the machine…' : 'It wrote nothing.'}</p>}
      >
        <pre class="terminal-text" tabindex="0">
          {text()}
        </pre>
      </Show>
      <ProblemLine of={call.problem()} />
      <p class="rows-foot">
        <Show when={next() !== undefined && !(call.busy() && text() === '')}>
          <button type="button" class="button" aria-disabled={call.busy()} onClick={() => call.busy() || void more()}>
            {call.busy() ? 'Reading on…' : 'Read on'}
          </button>
        </Show>
        <Show when={text() !== ''}>
          <CopyButton label="Copy" text={text()} />
        </Show>
      </p>
    </>
  );
}
