/** What is known of the machines, as plain values: the last words of the relay, without anything that this device only wishes. */
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';

type ById<Value> = ReadonlyMap<string, Value>;

export interface Facts {
  readonly machines: ById<Machine>;
  /** By machine, then `documentKey`. */
  readonly documents: ById<ById<Document>>;
  readonly commands: ById<CommandSummary>;
}

/** What becomes of the facts: values that replace, null that removes. Applying it twice is the same as once. Survives structured cloning. */
export interface Changes {
  readonly machines: Map<string, Machine | null>;
  readonly documents: Map<string, Map<string, Document | null>>;
  readonly commands: Map<string, CommandSummary | null>;
}

/** Changes that change nothing. */
export function noChanges(): Changes {
  return { machines: new Map(), documents: new Map(), commands: new Map() };
}

/** Whether there is anything to apply. */
export function isEmpty(changes: Changes): boolean {
  return changes.machines.size === 0 && changes.documents.size === 0 && changes.commands.size === 0;
}

/** Adds `later` to `changes`; where both speak of the same, `later` counts. */
export function addChanges(changes: Changes, later: Changes): void {
  for (const [id, machine] of later.machines) changes.machines.set(id, machine);
  for (const [id, command] of later.commands) changes.commands.set(id, command);
  for (const [machine, documents] of later.documents) {
    const target = changedDocuments(changes, machine);
    for (const [key, document] of documents) target.set(key, document);
  }
}

/** The changes of one machine's documents, to add to. */
export function changedDocuments(changes: Changes, machine: string): Map<string, Document | null> {
  const documents = changes.documents.get(machine) ?? new Map<string, Document | null>();
  changes.documents.set(machine, documents);
  return documents;
}

/** Facts that can be changed, beginning with none. */
export interface FactsHeld extends Facts {
  apply(changes: Changes): void;
  clear(): void;
}

/** Holds facts in memory. */
export function createFacts(): FactsHeld {
  const machines = new Map<string, Machine>();
  const documents = new Map<string, Map<string, Document>>();
  const commands = new Map<string, CommandSummary>();
  return {
    machines,
    documents,
    commands,
    apply(changes) {
      applyTo(machines, changes.machines);
      applyTo(commands, changes.commands);
      for (const [machine, changed] of changes.documents) {
        const held = documents.get(machine) ?? new Map<string, Document>();
        applyTo(held, changed);
        if (held.size > 0) documents.set(machine, held);
        else documents.delete(machine);
      }
    },
    clear() {
      machines.clear();
      documents.clear();
      commands.clear();
    },
  };
}

function applyTo<Value>(held: Map<string, Value>, changed: ReadonlyMap<string, Value | null>): void {
  for (const [key, value] of changed) {
    if (value === null) held.delete(key);
    else held.set(key, value);
  }
}
