/** What writers were acknowledged, what readers were told and what people read, in the order in which each saw it; and what of that cannot be. */

/** Versions of one file count from 1, each of a text of its own. */
export type Step =
  /** The file has this version now; the one who wrote it knows. */
  | { readonly is: 'written'; readonly path: string; readonly version: number }
  /** A read that began when this version was acknowledged, told or read already. */
  | { readonly is: 'read'; readonly path: string; readonly version: number; readonly known: number }
  /** A reader of events follows from now on. */
  | { readonly is: 'follows'; readonly reader: string }
  /** A reader of events is told of a version. */
  | { readonly is: 'told'; readonly reader: string; readonly path: string; readonly version: number }
  /** A block of a machine's feed comes to a reader. */
  | { readonly is: 'block'; readonly reader: string; readonly feed: string; readonly offset: string }
  /** A reader is told to begin anew: what came in between it does not hear. */
  | { readonly is: 'reset'; readonly reader: string }
  /** Nothing was in the way, and all the same somebody had not seen a version some seconds later. */
  | { readonly is: 'late'; readonly who: string; readonly path: string; readonly version: number }
  /** How often a command that has ended in a state has had its effect so far. */
  | { readonly is: 'effect'; readonly id: string; readonly state: string; readonly times: number }
  /** What the relay holds at the end. */
  | { readonly is: 'held'; readonly path: string; readonly version: number };

/** What is wrong with a history, in sentences; nothing where all holds. */
export function faultsOf(steps: readonly Step[]): readonly string[] {
  const last = new Map<string, number>();
  for (const step of steps)
    if (step.is === 'written') last.set(step.path, Math.max(step.version, last.get(step.path) ?? 0));
  return [...faultsSoFar(steps), ...faultsOfEnd(steps, last), ...faultsOfSteady(steps, last)];
}

/** What is wrong already, whatever comes: nothing that heals later takes it back. */
export function faultsSoFar(steps: readonly Step[]): readonly string[] {
  return [...steps.flatMap(faultsOfOne), ...faultsOfOrder(steps), ...faultsOfBlocks(steps)];
}

function faultsOfOne(step: Step): readonly string[] {
  if (step.is === 'read' && step.version < step.known)
    return [`${step.path}: ${step.version} was read after ${step.known} had been acknowledged, told or read`];
  if (step.is === 'late')
    return [`${step.who}, ${step.path}: ${step.version} was not seen, and nothing was in the way`];
  if (step.is !== 'effect' || step.times === timesOf[step.state]) return [];
  return [`${step.id}, which ended as ${step.state}, was done ${step.times} times`];
}

/** A bridge that is killed before it has started a program says that nothing was done. */
const timesOf: Readonly<Record<string, number>> = { done: 1, interrupted: 0 };

/** No reader is told a version twice, or one after a newer one, unless it began anew in between. */
function faultsOfOrder(steps: readonly Step[]): readonly string[] {
  const lastTold = new Map<string, { readonly version: number; readonly block: string | undefined }>();
  const blocks = new Map<string, string>();
  return steps.flatMap((step) => {
    if (step.is === 'reset') forget(lastTold, step.reader);
    if (step.is === 'block') blocks.set(step.reader, step.offset);
    if (step.is !== 'told') return [];
    const who = `${step.reader}, ${step.path}`;
    const before = lastTold.get(who);
    const block = blocks.get(step.reader);
    lastTold.set(who, { version: step.version, block });
    if (before === undefined || step.version > before.version) return [];
    const how = step.version === before.version ? 'twice' : `after ${before.version}`;
    return [`${who}: ${step.version} was told ${how} (blocks ${before.block} and ${block})`];
  });
}

/** The blocks of a feed come one by one, none twice and none left out, unless the reader is told to begin anew. */
function faultsOfBlocks(steps: readonly Step[]): readonly string[] {
  const stands = new Map<string, string>();
  return steps.flatMap((step) => {
    if (step.is === 'reset') forget(stands, step.reader);
    if (step.is !== 'block') return [];
    const who = `${step.reader}, ${step.feed}`;
    const before = stands.get(who);
    stands.set(who, step.offset);
    if (before === undefined) return [];
    const [tag, position] = before.split('.');
    return step.offset === `${tag}.${Number(position) + 1}`
      ? []
      : [`${who}: block ${step.offset} came after ${before}`];
  });
}

function forget(known: Map<string, unknown>, reader: string): void {
  for (const who of known.keys()) if (who.startsWith(`${reader}, `)) known.delete(who);
}

/** The last state of each file is what the relay holds. */
function faultsOfEnd(steps: readonly Step[], last: ReadonlyMap<string, number>): readonly string[] {
  const held = new Map(steps.flatMap((step) => (step.is === 'held' ? [[step.path, step.version] as const] : [])));
  return [...last].flatMap(([path, version]) =>
    held.get(path) === version ? [] : [`${path}: the relay holds ${held.get(path)} at the end, not ${version}`],
  );
}

/** Readers that never had to begin anew are told the last version, and all that another one of them is. */
function faultsOfSteady(steps: readonly Step[], last: ReadonlyMap<string, number>): readonly string[] {
  const told = new Map<string, Map<string, Set<number>>>();
  for (const step of steps) {
    if (step.is !== 'told' && step.is !== 'follows') continue;
    const own = told.get(step.reader) ?? new Map<string, Set<number>>();
    told.set(step.reader, own);
    if (step.is === 'told') own.set(step.path, (own.get(step.path) ?? new Set()).add(step.version));
  }
  for (const step of steps) if (step.is === 'reset') told.delete(step.reader);
  return [...told].flatMap(([reader, own]) =>
    [...last].flatMap(([path, version]) => {
      const heard = own.get(path) ?? new Set();
      const others = new Set([...told.values()].flatMap((other) => [...(other.get(path) ?? [])]));
      return [
        ...[...others.difference(heard)].map((one) => `${reader}, ${path}: ${one} was told to another reader alone`),
        ...(heard.has(version)
          ? []
          : [`${reader}, ${path}: the last that was told is ${[...heard].at(-1)}, not ${version}`]),
      ];
    }),
  );
}
