/** Light checks of events: enough to accept only the relay's own messages, without loading the schemas. */
import type { Control, ItemChange } from '#contract/feed.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { ChannelTold } from '../channels/channel-told.ts';

type Fields = { readonly [field: string]: unknown };

/** Changes of one feed, and the offset after them. */
export interface Block {
  readonly feed: string;
  readonly offset: string;
  readonly changes: readonly ItemChange[];
}

/** A control event of this protocol; undefined for anything else. */
export function parseControl(data: string): Control | undefined {
  const json = parseJson(data);
  return isObject(json) && json.p === PROTOCOL && typeof json.type === 'string'
    ? (json as unknown as Control)
    : undefined;
}

/** A block, from its id (`<feed>:<offset>`) and its data; undefined if it is not one. */
export function parseBlock(id: string, data: string): Block | undefined {
  const at = id.lastIndexOf(':');
  return at < 1 ? undefined : asBlock(id.slice(0, at), id.slice(at + 1), parseJson(data));
}

/** An entry of a channel, in the same way. */
export function parseEntry(id: string, data: string): ChannelTold | undefined {
  const at = id.lastIndexOf(':');
  const feed = id.slice(0, at);
  return at < 1 || !isName(feed)
    ? undefined
    : { type: 'entry', feed, offset: id.slice(at + 1), entry: parseJson(data) };
}

/** A block from its parts. Changes that this app cannot read are ignored; the offset moves on. */
export function asBlock(feed: string, offset: string, data: unknown): Block | undefined {
  if (!isName(feed)) return undefined;
  return { feed, offset, changes: Array.isArray(data) ? data.filter(isItemChange) : [] };
}

function isItemChange(value: unknown): value is ItemChange {
  if (!isObject(value) || !isName(value.item) || !isName(value.key)) return false;
  return value.op === 'put' || value.op === 'delete' || (value.op === 'move' && isName(value.from));
}

/** Names become keys of objects. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '__proto__';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
