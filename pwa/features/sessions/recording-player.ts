/** Plays a recording on a view: goes on with the time, and to any place that has been read. */
import { type CastEvent, type CastSize, castPauseSecondsMax, createCastReader } from '#contract/asciicast.ts';

export interface Player {
  /** The next piece of the file. */
  add(text: string): void;
  /** The last piece has been added. */
  end(): void;
  play(): void;
  pause(): void;
  /** To a time in seconds; no further than what has been read. */
  seek(seconds: number): void;
  speed(times: number): void;
}

export interface PlayerHeard {
  readonly moved: (seconds: number) => void;
  readonly playing: (isPlaying: boolean) => void;
}

/** Of a terminal's view, what a player needs. */
interface Shown {
  clear(): void;
  output(text: string): void;
  resize(size: CastSize): void;
}

/** So much is written to a view at once, in UTF-16 units. */
const PIECE_UNITS = 64 * 1024;

/** `every` runs what it gets again and again with the ms since the last time, until it is stopped. */
export function createPlayer(
  view: Shown,
  heard: PlayerHeard,
  every: (run: (ms: number) => void) => () => void,
): Player {
  const reader = createCastReader();
  const events: CastEvent[] = [];
  let [next, at, times, isWhole] = [0, 0, 1, false];
  let stop: (() => void) | undefined;
  let began: CastSize | undefined;

  const readTo = () => events.at(-1)?.at ?? 0;
  const show = () => {
    let output = '';
    const flush = () => {
      if (output !== '') view.output(output);
      output = '';
    };
    for (let event = events[next]; event !== undefined && event.at <= at; event = events[next]) {
      output += event.output ?? '';
      if (event.size !== undefined || output.length > PIECE_UNITS) flush();
      if (event.size !== undefined) view.resize(event.size);
      next += 1;
    }
    flush();
  };
  const moveTo = (seconds: number) => {
    at = Math.min(seconds, readTo());
    show();
    heard.moved(at);
  };
  const begin = () => {
    view.clear();
    if (began !== undefined) view.resize(began);
    next = 0;
  };
  const pause = () => {
    stop?.();
    stop = undefined;
    heard.playing(false);
  };
  const tick = (ms: number) => {
    const soon = events[next];
    // Nobody wants to watch an hour in which nothing happened.
    const from = soon === undefined ? at : Math.max(at, soon.at - castPauseSecondsMax);
    moveTo(from + (ms / 1000) * times);
    if (isWhole && next >= events.length) pause();
  };
  return {
    add(text) {
      events.push(...reader.add(text));
      if (began !== undefined || reader.header === undefined) return;
      began = reader.header;
      begin();
    },
    end: () => {
      isWhole = true;
    },
    play() {
      if (stop !== undefined) return;
      if (isWhole && next >= events.length) {
        begin();
        at = 0;
      }
      stop = every(tick);
      heard.playing(true);
    },
    pause,
    seek(seconds) {
      if (seconds < at) begin();
      moveTo(seconds);
    },
    speed: (wanted) => {
      times = wanted;
    },
  };
}
