/** The recording of a terminal, played from the machine that keeps it. */
import pauseIcon from 'lucide-static/icons/pause.svg?raw';
import playIcon from 'lucide-static/icons/play.svg?raw';
import { createSignal, onCleanup, onMount, Show } from 'solid-js';
import { lengthText } from '#contract/asciicast.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { Drawing } from '../../ui/icon.tsx';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { createPlayer, type Player } from './recording-player.ts';
import type { Session } from './sessions.ts';
import './terminal.css';

const speeds = [1, 2, 4, 8] as const;
const tickMs = 40;

export function RecordingScreen(props: { session: Session }) {
  const app = useApp();
  const reading = createCall();
  const [seconds, setSeconds] = createSignal(0);
  const [at, setAt] = createSignal(0);
  const [isPlaying, setPlaying] = createSignal(false);
  const [speed, setSpeed] = createSignal<number>(1);
  const [player, setPlayer] = createSignal<Player>();
  const [isRead, setRead] = createSignal(false);
  const closing = new AbortController();
  let host: HTMLDivElement | undefined;
  app.openMachine(props.session.machine.id);
  onCleanup(() => {
    closing.abort();
    player()?.pause();
  });
  const every = (run: (ms: number) => void) => {
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      run(now - before);
      before = now;
    }, tickMs);
    return () => clearInterval(timer);
  };
  const readAll = async (into: Player) => {
    for (let offset = 0; !closing.signal.aborted; ) {
      const { id, machine } = props.session;
      const piece = await app.ask(machine.id, 'recording-read', { terminal: id, offset });
      into.add(piece.text);
      setSeconds(piece.seconds);
      if (offset === 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) into.play();
      if (piece.end || piece.offset === offset) break;
      offset = piece.offset;
    }
    into.end();
    setRead(true);
  };
  onMount(async () => {
    const { openView } = await import('./terminal-view.ts');
    if (host === undefined || closing.signal.aborted) return;
    const nothing = () => undefined;
    const heard = { typed: nothing, opened: nothing, arranged: nothing, selected: nothing, tapped: nothing };
    const view = openView(host, matchMedia('(pointer: coarse)').matches, {
      ...heard,
      left: nothing,
      searched: nothing,
    });
    onClose(closing.signal, view.close);
    const made = createPlayer(view, { moved: setAt, playing: setPlaying }, every);
    setPlayer(made);
    await reading.run(() => readAll(made));
  });
  const time = () => `${lengthText(at())} of ${lengthText(seconds())}`;
  return (
    <article class="session-screen terminal-screen">
      <Head
        title={props.session.title}
        line={
          <span class="terminal-status">
            <span>Recording · </span>
            <span class="terminal-where">
              {props.session.machine.name} · <span class="mono">{props.session.folder}</span>
            </span>
            <Show when={!isRead() && reading.busy()}>
              <span> · reading it…</span>
            </Show>
          </span>
        }
      />
      <ProblemLine of={reading.problem()} />
      <div class="terminal-host" ref={host} />
      <div class="player">
        <button
          type="button"
          class="button plain icon"
          aria-label={isPlaying() ? 'Pause' : 'Play'}
          disabled={seconds() === 0}
          onClick={() => (isPlaying() ? player()?.pause() : player()?.play())}
        >
          <Drawing svg={isPlaying() ? pauseIcon : playIcon} />
        </button>
        <input
          type="range"
          class="player-at"
          aria-label="Position"
          aria-valuetext={time()}
          min={0}
          max={Math.max(seconds(), 0.1)}
          step="any"
          disabled={seconds() === 0}
          value={at()}
          onInput={(event) => player()?.seek(Number(event.currentTarget.value))}
        />
        <span class="player-time mono">{time()}</span>
        <button
          type="button"
          class="button player-speed"
          aria-label={`Speed: ${speed()} times`}
          onClick={() => {
            const to = speeds[(speeds.indexOf(speed() as (typeof speeds)[number]) + 1) % speeds.length] ?? 1;
            setSpeed(to);
            player()?.speed(to);
          }}
        >
          {speed()}×
        </button>
      </div>
    </article>
  );
}

function onClose(signal: AbortSignal, run: () => void): void {
  signal.addEventListener('abort', run, { once: true });
}
