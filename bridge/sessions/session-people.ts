/** Who is in a session, and what happens there, as its record says it. */
import type { Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { change, type Meta, type State } from './session-state.ts';

/** Between two records that say that a terminal is active. */
const ACTIVE_EVERY_MS = 120_000;
/** Between two records that say that somebody else types. */
const OTHER_EVERY_MS = 2000;
/** Names that a record has room for. */
const READERS_SHOWN = 20;

/** Who looks at the list sees who is in it. */
export function readBy(state: State, readers: readonly Reader[]): void {
  for (const reader of readers) state.attended.enter('channel-read', reader);
  const names = [...new Set(readers.map(({ name }) => name.slice(0, limits.relayWordLengthMax)))].sort();
  const shown = names.slice(0, READERS_SHOWN);
  if (JSON.stringify(shown) !== JSON.stringify(state.kept.record.meta.readers ?? []))
    change(state, {}, { readers: shown });
}

/** Nobody is in what has ended. */
export function nobodyIn({ kept }: State): Meta {
  return kept.record.meta.readers === undefined ? {} : { readers: [] };
}

/** Who looks at the list sees who types. Where people type in turn, the last one is said a moment later. */
export function sayTyping(state: State, name: string): void {
  const { activity, deps, kept } = state;
  sayActive(state);
  clearTimeout(activity.typist);
  if (kept.record.meta.typing === name || kept.record.state !== 'running') return;
  const leftMs = OTHER_EVERY_MS - Math.abs(deps.now() - activity.typistSaidAt);
  if (leftMs > 0) activity.typist = setTimeout(() => sayTyping(state, name), leftMs);
  else {
    activity.typistSaidAt = deps.now();
    change(state, {}, { typing: name, activeAt: timeOf(activity.lastAt) });
  }
}

/** Something is typed or written. It is said every two minutes, for all sessions at the same moment: terminals that nobody watches cost few requests. */
export function sayActive(state: State): void {
  const { activity, deps } = state;
  activity.lastAt = deps.now();
  activity.timer ??= setTimeout(
    () => {
      activity.timer = undefined;
      if (state.kept.record.state === 'running') change(state, {}, { activeAt: timeOf(activity.lastAt) });
    },
    ACTIVE_EVERY_MS - (activity.lastAt % ACTIVE_EVERY_MS),
  );
}

const timeOf = (ms: number) => new Date(ms).toISOString();

/** The list of terminals says what was begun in them last. */
export function sayWhatRan(state: State, ran: string): void {
  const { state: now, meta } = state.kept.record;
  if (now === 'running' && meta.ran !== ran) change(state, {}, { ran });
}
