/** All that a run wrote, from the machine, piece by piece: also what lies before the part that its channel keeps. */
import { createSignal, For, onMount, Show } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Sealed } from '#contract/sealed.ts';
import { useApp } from '../../state/context.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { plainText } from './run-output.ts';
import type { SealedChannels } from './sealed.ts';
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

/** A piece of a sealed run, if it is the machine's answer to this question. */
function pieceOf(opened: unknown, args: { readonly stream: Name; readonly offset: number }): ResultOf<'run-output'> {
  const { stream, from, ...piece } = Object(opened) as ResultOf<'run-output'> & { stream: unknown; from: unknown };
  if (stream !== args.stream || from !== args.offset)
    throw new Error('This answer is not what the machine has sealed.');
  return piece;
}

function Pieces(props: { session: Session; stream: Name }) {
  const app = useApp();
  const call = createCall();
  const [text, setText] = createSignal('');
  const [next, setNext] = createSignal<number | undefined>(0);
  const more = () =>
    call.run(async () => {
      const { id, machine, record } = props.session;
      const args = { run: id, stream: props.stream, offset: next() ?? 0 };
      const answer = await app.ask(machine.id, 'run-output', args);
      const isPlain = record.seal === undefined && answer.sealed === undefined;
      const piece = isPlain ? answer : await opened(answer.sealed, args);
      const told = piece.encoding === 'base64' ? '(These bytes are no text.)\n' : piece.text;
      const hole = piece.skipped === undefined ? '' : `\n[${piece.skipped} bytes are left out]\n`;
      setText((before) => before + hole + plainText(told));
      setNext(piece.end ? undefined : piece.offset);
    });
  let channels: Promise<SealedChannels> | undefined;
  const opened = async (sealed: Sealed | undefined, args: { readonly stream: Name; readonly offset: number }) => {
    channels ??= app.channels().then((all) => all.sealed(props.session.machine, props.session.id));
    channels.catch(() => (channels = undefined));
    return pieceOf(sealed && (await (await channels).openPiece(sealed)), args);
  };
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
