/** Offsets of a feed: opaque to readers, here a tag of the store and the log's generation, and the position of the last block read. */
import { createHash } from 'node:crypto';
import type { LogState } from '../../store/store.ts';

/** A position in the log of a feed. The tag of a log that has no entry yet is `0`. */
export interface FeedPosition {
  readonly tag: string;
  readonly position: number;
}

const emptyTag = '0';
const TAG_LENGTH = 10;

/** The tag of a log as it is: another store, or another generation, has another. */
export function tagOf(handle: string, { generation }: Pick<LogState, 'generation'>): string {
  if (generation === '') return emptyTag;
  return createHash('sha256').update(`${handle}\n${generation}`).digest('base64url').slice(0, TAG_LENGTH);
}

/** A position in a log of that tag; before its first entry it is the same in every log. */
export function positionAt(tag: string, position: number): FeedPosition {
  return { tag: position === 0 ? emptyTag : tag, position };
}

export function formatOffset({ tag, position }: FeedPosition): string {
  return `${tag}.${position}`;
}

/** The place of an offset that has the form of one (`FeedOffset`). */
export function parseOffset(offset: string): FeedPosition {
  const dot = offset.lastIndexOf('.');
  return { tag: offset.slice(0, dot), position: Number(offset.slice(dot + 1)) };
}

/** Whether a reader can go on from a place: it is of this log, and what follows it is retained. */
export function isRetained(place: FeedPosition, tag: string, { first, last }: LogState): boolean {
  const isStart = place.tag === emptyTag && place.position === 0;
  if (!isStart && place.tag !== tag) return false;
  return place.position <= last && place.position >= first - 1;
}
