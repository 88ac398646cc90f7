/** Light checks of what comes down the stream: enough that nothing but the relay's own words is taken, without the weight of the schemas. */
import type { Event } from '#contract/event.ts';
import type { Control } from '#contract/stream.ts';
import { PROTOCOL } from '#contract/version.ts';

type Fields = { readonly [field: string]: unknown };

/** A control event of this protocol; undefined for anything else. */
export function parseControl(data: string): Control | undefined {
  const json = parseObject(data);
  if (json?.p !== PROTOCOL || typeof json.offset !== 'string' || typeof json.handle !== 'string') return undefined;
  return json as unknown as Control;
}

/** An event, from its JSON text; undefined for what this app does not know, or what is no event. */
export function parseEvent(data: string): Event | undefined {
  return asEvent(parseObject(data));
}

/** The value as an event; undefined for what this app does not know, or what is no event. */
export function asEvent(value: unknown): Event | undefined {
  if (!isObject(value) || !isKey(value.machine)) return undefined;
  return fits(value) ? (value as unknown as Event) : undefined;
}

function fits(event: Fields): boolean {
  switch (event.type) {
    case 'document-put':
      return isDocument(event.document);
    case 'document-moved':
      return isDocument(event.document) && isPlace(event) && typeof event.from === 'string';
    case 'document-deleted':
    case 'body-held':
      return isPlace(event) && typeof event.path === 'string';
    case 'command-changed':
      return isObject(event.command) && isKey(event.command.id) && typeof event.command.state === 'string';
    case 'machine-changed':
      return isObject(event.record) && event.record.id === event.machine && Array.isArray(event.record.projects);
    case 'machine-removed':
      return true;
    default:
      return false;
  }
}

function isPlace(value: Fields): boolean {
  return typeof value.project === 'string';
}

function isDocument(value: unknown): boolean {
  return (
    isObject(value) &&
    isPlace(value) &&
    typeof value.path === 'string' &&
    typeof value.rev === 'string' &&
    typeof value.kind === 'string' &&
    isObject(value.meta)
  );
}

/** Ids become keys of objects. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '__proto__';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(data: string): Fields | undefined {
  try {
    const json: unknown = JSON.parse(data);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
