/** Who is in a session, and what they do there, as its record says it. */
import type { Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { change, type Meta, type State } from './session-state.ts';

/** Between two records that say that a terminal is active. */
const ACTIVE_EVERY_MS = 30_000;
/** The same where two people type in turn. */
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

/** Now and then: who looks at the list sees who types. */
export function sayTyping(state: State, name: string): void {
  const { typing, activeAt } = state.kept.record.meta;
  const now = state.deps.now();
  const sinceMs = now - Date.parse(String(activeAt));
  if (sinceMs < (typing === name ? ACTIVE_EVERY_MS : OTHER_EVERY_MS)) return;
  change(state, {}, { typing: name, activeAt: new Date(now).toISOString() });
}

/** The list of terminals says what was begun in them last. */
export function sayWhatRan(state: State, ran: string): void {
  const { state: now, meta } = state.kept.record;
  if (now === 'running' && meta.ran !== ran) change(state, {}, { ran });
}
