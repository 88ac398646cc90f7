/** Events, serialised once: type and machine come first, on one line, so that streams can pass them on as they are. */
import type { CommandSummary } from '#contract/command.ts';
import type { Event } from '#contract/event.ts';
import type { Machine } from '#contract/machine.ts';
import type { Commit } from '../store/store.ts';
import { EVENTS, iso } from './rows.ts';

type Appended = NonNullable<Commit['append']>[number];
type DocumentEvent = Extract<Event, { readonly document: unknown }>;

/** An entry for the log of events. `atMs` in ms since 1970. */
export function appended(json: string): Appended {
  return { log: EVENTS, value: json };
}

/** A document event around a document that is serialised already; `from` where it was moved. */
export function documentEvent(
  type: DocumentEvent['type'],
  machine: string,
  atMs: number,
  documentJson: string,
  moved: { readonly project: string; readonly from: string } | undefined,
): string {
  const head = JSON.stringify({ type, machine, at: iso(atMs), ...moved });
  return `${head.slice(0, -1)},"document":${documentJson}}`;
}

export function deletedEvent(machine: string, atMs: number, project: string, path: string): string {
  return serialised({ type: 'document-deleted', machine, at: iso(atMs), project, path });
}

export function bodyHeldEvent(machine: string, atMs: number, project: string, path: string, rev: string): string {
  return serialised({ type: 'body-held', machine, at: iso(atMs), project, path, rev });
}

export function commandEvent(command: CommandSummary, atMs: number): string {
  return serialised({ type: 'command-changed', machine: command.machine, at: iso(atMs), command });
}

export function machineEvent(record: Machine, atMs: number): string {
  return serialised({ type: 'machine-changed', machine: record.id, at: iso(atMs), record });
}

export function machineRemovedEvent(machine: string, atMs: number): string {
  return serialised({ type: 'machine-removed', machine, at: iso(atMs) });
}

/** Whether a serialised event is about one of these machines. */
export function isAbout(json: string, machines: readonly string[]): boolean {
  const [, machine] = /^\{"type":"[a-z-]+","machine":"([^"]+)"/.exec(json) ?? [];
  return machine !== undefined && machines.includes(machine);
}

function serialised(event: Event): string {
  return JSON.stringify(event);
}
