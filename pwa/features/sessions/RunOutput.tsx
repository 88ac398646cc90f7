/** What a run writes, as it comes: stdout and stderr told apart, and each alone. */
import { createEffect, createSignal, For, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { createRunReader, isIn, keptPieces, type Piece, type Stream } from './run-output.ts';
import { type Channels, channelsFor, mayPass, metBy, type SealedWhy, sealedWhy } from './sealed.ts';
import type { Session } from './sessions.ts';

const SealedNote = lazy(async () => ({ default: (await import('./SealedNotes.tsx')).SealedNote }));
const MetStrip = lazy(async () => ({ default: (await import('./SealedNotes.tsx')).MetStrip }));

type Hear = Parameters<Channels['follow']>[1];

/** Characters that are drawn; what came before is with the machine. */
const drawnMax = 1024 * 1024;
const keptMax = 60_000;
const keepMs = 1500;
const againMs = 3000;

const parts: readonly (readonly [of: Stream | 'both', label: string])[] = [
  ['both', 'All'],
  ['out', 'stdout'],
  ['err', 'stderr'],
];

export function RunOutput(props: { session: Session }) {
  const app = useApp();
  const [shown, setShown] = createSignal<Stream | 'both'>('both');
  const [count, setCount] = createSignal(0);
  const [why, setWhy] = createSignal<SealedWhy>();
  const [heard, setHeard] = createSignal<'entry' | 'gone'>();
  const [met, setMet] = createSignal<readonly string[]>();
  const closing = new AbortController();
  let pieces: Piece[] = [];
  let pre: HTMLPreElement | undefined;
  let again = () => {};
  const has = (stream: Stream) => count() > 0 && pieces.some((piece) => piece.stream === stream);
  const draw = (piece: Piece) => {
    if (pre === undefined || !isIn(piece, shown())) return;
    const isAtEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
    const span = document.createElement('span');
    span.className = piece.stream;
    span.textContent = piece.text;
    pre.append(span);
    if (isAtEnd) pre.scrollTop = pre.scrollHeight;
  };
  const add = (piece: Piece) => {
    pieces.push(piece);
    draw(piece);
    setCount((before) => before + piece.text.length);
    while (count() > drawnMax) drop();
  };
  const drop = () => {
    const gone = pieces.shift();
    if (gone !== undefined && isIn(gone, shown())) pre?.firstElementChild?.remove();
    setCount((before) => before - (gone?.text.length ?? 0));
  };
  const clear = () => {
    pieces = [];
    pre?.replaceChildren();
    setCount(0);
  };
  createEffect(
    on(
      shown,
      () => {
        pre?.replaceChildren();
        for (const piece of pieces) draw(piece);
      },
      { defer: true },
    ),
  );
  onMount(async () => {
    const { id } = props.session;
    const kept = await (await app.channels()).kept(id);
    if (closing.signal.aborted) return;
    if (kept !== undefined) for (const piece of keptPieces(kept.text)) add(piece);
    let read = createRunReader();
    let isFresh = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let keeping: ReturnType<typeof setTimeout> | undefined;
    let channels: Channels | undefined;
    const keepNow = () => {
      keeping = undefined;
      void channels?.keep(id, JSON.stringify(newest(pieces)));
    };
    // One function: a reader that follows again is the same reader.
    const hear: Hear = (event) => {
      if (event.type === 'shut') shut(event.why);
      if (event.type === 'begin') isFresh = true;
      if (event.type === 'gone' && props.session.end === undefined) timer = setTimeout(follow, againMs);
      if (event.type === 'gone' || event.type === 'entry') setHeard(event.type);
      if (event.type !== 'entry') return;
      if (isFresh) {
        clear();
        read = createRunReader();
      }
      isFresh = false;
      const piece = read(event.entry);
      if (piece !== undefined) add(piece);
      // Not after the last of them: a program may write without an end.
      keeping ??= setTimeout(keepNow, keepMs);
    };
    let following = new AbortController();
    closing.signal.addEventListener('abort', () => {
      following.abort();
      clearTimeout(timer);
      if (keeping === undefined) return;
      clearTimeout(keeping);
      keepNow();
    });
    const follow = () => channels?.follow(id, hear, following.signal);
    const shut = (error: unknown) => {
      following.abort();
      clearTimeout(timer);
      // The machine comes back, or pins this device.
      if (mayPass(error)) timer = setTimeout(() => void open(), againMs);
      setWhy(sealedWhy(error));
    };
    const open = async () => {
      if (closing.signal.aborted) return;
      // A later opening takes the place of an earlier one: two would show everything twice.
      following.abort();
      following = new AbortController();
      const { signal } = following;
      try {
        const opened = await channelsFor(app, props.session);
        if (signal.aborted) return;
        channels = opened;
        setWhy(undefined);
        setMet((before) => metBy(opened) ?? before);
        follow();
      } catch (error) {
        if (!signal.aborted) shut(error);
      }
    };
    again = () => void open();
    await open();
  });
  onCleanup(() => closing.abort());
  return (
    <section class="run-output">
      <div class="run-head">
        <Show when={has('err') && has('out')} fallback={<h2 class="small soft">{has('err') ? 'stderr' : 'Output'}</h2>}>
          <fieldset class="run-streams">
            <legend class="hidden-visually">Which output</legend>
            <For each={parts}>
              {([of, label]) => (
                <button type="button" aria-pressed={shown() === of} onClick={() => setShown(of)}>
                  {label}
                </button>
              )}
            </For>
          </fieldset>
        </Show>
        <Show when={count() > 0}>
          <CopyButton label="Copy" text={textOf(count() > 0 ? pieces : [], shown())} />
        </Show>
      </div>
      {/* It scrolls, so a keyboard must reach it. */}
      <pre ref={pre} class="run-text" tabindex="0" />
      <Suspense>
        <Show when={met()}>{(words) => <MetStrip met={words()} onSeen={() => setMet(undefined)} />}</Show>
        <Show when={why()}>
          {(shut) => <SealedNote machine={props.session.machine} why={shut()} onAgain={() => again()} />}
        </Show>
      </Suspense>
      <Show when={count() === 0 && why() === undefined}>
        <p class="small soft">
          {sayNothing(heard(), props.session.end === undefined, app.state.connection.rung === 'offline')}
        </p>
      </Show>
    </section>
  );
}

/** In the place of output, of which nothing is claimed before it is known. */
function sayNothing(heard: 'entry' | 'gone' | undefined, isRunning: boolean, isOffline: boolean): string {
  if (isRunning) return 'Waiting for its output…';
  if (heard === 'entry') return 'It wrote nothing.';
  if (heard === 'gone') return 'Nothing is kept of its output.';
  return isOffline ? 'Its output is not kept on this device.' : 'Reading its output…';
}

function textOf(pieces: readonly Piece[], of: Stream | 'both'): string {
  return pieces.flatMap((piece) => (isIn(piece, of) ? [piece.text] : [])).join('');
}

/** The last pieces that may be kept. */
function newest(pieces: readonly Piece[]): readonly Piece[] {
  let left = keptMax;
  const from = pieces.findLastIndex(({ text }) => {
    left -= 2 * text.length + 40;
    return left < 0;
  });
  return pieces.slice(from + 1);
}
