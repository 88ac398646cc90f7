/** What writers were acknowledged, what readers were told and what people read, in the order in which each saw it; and what of that cannot be. */

/** Versions of one file count from 1, each of a text of its own. */
export type Step =
  /** The file has this version now; the one who wrote it knows. */
  | { readonly is: 'written'; readonly path: string; readonly version: number }
  /** A read that began when its reader had been acknowledged `known`. */
  | { readonly is: 'read'; readonly path: string; readonly version: number; readonly known: number }
  /** A reader of events is told of a version. */
  | { readonly is: 'told'; readonly reader: string; readonly path: string; readonly version: number }
  /** A reader is told to begin anew: what came in between it does not hear. */
  | { readonly is: 'reset'; readonly reader: string }
  /** What the relay holds at the end. */
  | { readonly is: 'held'; readonly path: string; readonly version: number };

/** What is wrong with a history, in sentences; nothing where all holds. */
export function faultsOf(steps: readonly Step[]): readonly string[] {
  const last = new Map<string, number>();
  for (const step of steps)
    if (step.is === 'written') last.set(step.path, Math.max(step.version, last.get(step.path) ?? 0));
  return [...faultsOfReads(steps), ...faultsOfEnd(steps, last), ...faultsOfReaders(steps, last)];
}

/** Who was acknowledged a version reads that one or a newer one. */
function faultsOfReads(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.is === 'read' && step.version < step.known
      ? [`${step.path}: ${step.version} was read after ${step.known} had been acknowledged`]
      : [],
  );
}

/** The last state of each file is what the relay holds. */
function faultsOfEnd(steps: readonly Step[], last: ReadonlyMap<string, number>): readonly string[] {
  const held = new Map(steps.flatMap((step) => (step.is === 'held' ? [[step.path, step.version] as const] : [])));
  return [...last].flatMap(([path, version]) =>
    held.get(path) === version ? [] : [`${path}: the relay holds ${held.get(path)} at the end, not ${version}`],
  );
}

interface Heard {
  /** The versions of each path, as they were told. */
  readonly told: Map<string, number[]>;
  resets: number;
}

function faultsOfReaders(steps: readonly Step[], last: ReadonlyMap<string, number>): readonly string[] {
  const heard = new Map<string, Heard>();
  for (const step of steps) {
    if (step.is !== 'told' && step.is !== 'reset') continue;
    const own = heard.get(step.reader) ?? { told: new Map(), resets: 0 };
    heard.set(step.reader, own);
    if (step.is === 'reset') own.resets += 1;
    else own.told.set(step.path, [...(own.told.get(step.path) ?? []), step.version]);
  }
  const steady = [...heard].filter(([, { resets }]) => resets === 0);
  return steady.flatMap(([reader, { told }]) =>
    [...last].flatMap(([path, version]) => {
      const others = steady.map(([, other]) => other.told.get(path) ?? []);
      return faultsOfOne(`${reader}, ${path}`, told.get(path) ?? [], version, others);
    }),
  );
}

/** One reader of one path: no version twice or after a newer one, none missing that another was told, and the last one. */
function faultsOfOne(
  who: string,
  told: readonly number[],
  last: number,
  others: readonly (readonly number[])[],
): readonly string[] {
  const disorder = told.flatMap((version, at) => {
    const before = told[at - 1] ?? 0;
    if (version === before) return [`${who}: ${version} was told twice`];
    return version < before ? [`${who}: ${version} was told after ${before}`] : [];
  });
  const missing = [...new Set(others.flat())].filter((version) => !told.includes(version));
  return [
    ...disorder,
    ...missing.map((version) => `${who}: ${version} was told to another reader alone`),
    ...(told.at(-1) === last ? [] : [`${who}: the last that was told is ${told.at(-1)}, not ${last}`]),
  ];
}
