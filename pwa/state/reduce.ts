/** From what the relay says to what it changes: events, snapshots and lists, reduced to changes of the facts. Pure. */
import { type CommandSummary, isSettled } from '#contract/command.ts';
import { type Document, documentKey } from '#contract/document.ts';
import type { Event } from '#contract/event.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { addChanges, type Changes, changedDocuments, type Facts, noChanges } from './facts.ts';

/** What one event changes. Applied again, or after a snapshot that holds it already, it changes nothing more. */
export function changesOfEvent(event: Event, facts: Facts): Changes {
  const changes = noChanges();
  switch (event.type) {
    case 'document-put':
      changedDocuments(changes, event.machine).set(documentKey(event.document), event.document);
      return changes;
    case 'document-deleted':
      changedDocuments(changes, event.machine).set(documentKey(event), null);
      return changes;
    case 'document-moved': {
      const documents = changedDocuments(changes, event.machine);
      documents.set(documentKey({ project: event.project, path: event.from }), null);
      documents.set(documentKey(event.document), event.document);
      return changes;
    }
    case 'body-held': {
      const document = facts.documents.get(event.machine)?.get(documentKey(event));
      if (document?.rev !== event.rev || document.body === 'held') return changes;
      changedDocuments(changes, event.machine).set(documentKey(event), { ...document, body: 'held' });
      return changes;
    }
    case 'command-changed':
      changes.commands.set(event.command.id, event.command);
      return changes;
    case 'machine-changed':
      changes.machines.set(event.machine, event.record);
      return changes;
    case 'machine-removed':
      return changesOfRemoval(event.machine, facts);
  }
}

/** What the removal of a machine takes along. */
export function changesOfRemoval(machine: string, facts: Facts): Changes {
  const changes = noChanges();
  changes.machines.set(machine, null);
  const documents = changedDocuments(changes, machine);
  for (const key of facts.documents.get(machine)?.keys() ?? []) documents.set(key, null);
  for (const command of facts.commands.values())
    if (command.machine === machine) changes.commands.set(command.id, null);
  return changes;
}

/** A machine as the relay holds it at one moment. */
export interface Snapshot {
  readonly machine: Machine;
  readonly documents: readonly Document[];
  readonly commands: readonly CommandSummary[];
}

/** What makes the facts those of the snapshot, as far as its machine goes; `recent` are its newest commands, read after it. */
export function changesOfSnapshot(snapshot: Snapshot, recent: readonly CommandSummary[], facts: Facts): Changes {
  const changes = noChanges();
  const { machine } = snapshot;
  changes.machines.set(machine.id, machine);
  const held = facts.documents.get(machine.id) ?? new Map<string, Document>();
  const changed = changedDocuments(changes, machine.id);
  for (const key of held.keys()) changed.set(key, null);
  for (const document of snapshot.documents) {
    const key = documentKey(document);
    const before = held.get(key);
    if (before !== undefined && isSameDocument(before, document)) changed.delete(key);
    else changed.set(key, document);
  }
  for (const command of facts.commands.values())
    if (command.machine === machine.id) changes.commands.set(command.id, null);
  for (const command of [...snapshot.commands, ...recent]) changes.commands.set(command.id, command);
  return changes;
}

/** What a list of all machines changes: new and changed ones, and the removal of those that it lacks. */
export function changesOfMachines(listed: readonly Machine[], facts: Facts): Changes {
  const changes = noChanges();
  const there = new Set(listed.map(({ id }) => id));
  for (const id of facts.machines.keys()) if (!there.has(id)) addChanges(changes, changesOfRemoval(id, facts));
  for (const machine of listed) changes.machines.set(machine.id, machine);
  return changes;
}

/** What makes the facts those of `all`, which speaks of everything there is. */
export function changesOfReplacement(all: Changes, facts: Facts): Changes {
  const changes = noChanges();
  for (const id of facts.machines.keys()) changes.machines.set(id, null);
  for (const id of facts.commands.keys()) changes.commands.set(id, null);
  for (const [machine, documents] of facts.documents) {
    const changed = changedDocuments(changes, machine);
    for (const key of documents.keys()) changed.set(key, null);
  }
  addChanges(changes, all);
  return changes;
}

/** Forgets the oldest settled commands of each machine beyond `limits.commandsRememberedMax`. */
export function changesOfForgetting(facts: Facts): Changes {
  const changes = noChanges();
  const settled = new Map<string, CommandSummary[]>();
  for (const command of facts.commands.values()) {
    if (!isSettled(command.state)) continue;
    const ofMachine = settled.get(command.machine) ?? [];
    ofMachine.push(command);
    settled.set(command.machine, ofMachine);
  }
  for (const commands of settled.values()) {
    commands.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    for (const { id } of commands.slice(limits.commandsRememberedMax)) changes.commands.set(id, null);
  }
  return changes;
}

/** Whether both say the same of a file. */
export function isSameDocument(a: Document, b: Document): boolean {
  return (
    a.rev === b.rev &&
    a.body === b.body &&
    a.kind === b.kind &&
    a.spec === b.spec &&
    a.title === b.title &&
    a.mtime === b.mtime &&
    a.size === b.size &&
    JSON.stringify(a.meta) === JSON.stringify(b.meta)
  );
}
