/** The specs of a machine, derived once however many screens look at them. */
import { type Accessor, createContext, createMemo, untrack, useContext } from 'solid-js';
import type { App } from '../state/app-state.ts';
import { groupSpecs, type Spec } from './spec-groups.ts';

/** Filled in once, by App.tsx. */
export const SpecsContext = createContext<Accessor<readonly Spec[]>>();

/** The specs of the machine that the route names. */
export function createMachineSpecs(app: App, machine: () => string | undefined): Accessor<readonly Spec[]> {
  return createMemo<readonly Spec[]>((before) => {
    const now = groupSpecs(Object.values(app.state.documents[machine() ?? ''] ?? {}));
    return untrack(() => keepUnchanged(before, now));
  }, []);
}

/** The specs as they are now; one that shows the same is the same object, so that what is drawn of it stays, an open sheet too. */
export function keepUnchanged(before: readonly Spec[], now: readonly Spec[]): readonly Spec[] {
  const known = new Map(before.map((spec) => [keyOf(spec), spec]));
  return now.map((spec) => {
    const same = known.get(keyOf(spec));
    const text = say(spec);
    if (same !== undefined && said.get(same) === text) return same;
    said.set(spec, text);
    return spec;
  });
}

/** What a spec was when it was first shown: its documents change in place. */
const said = new WeakMap<Spec, string>();

function say(spec: Spec): string {
  const { main, documents, ...rest } = spec;
  return JSON.stringify([rest, documents.map(({ path, rev, title, meta, body }) => [path, rev, title, meta, body])]);
}

function keyOf({ project, folder }: Spec): string {
  return `${project}\n${folder}`;
}

/** All specs of the machine that is shown; below App.tsx only. */
export function useSpecs(): Accessor<readonly Spec[]> {
  const specs = useContext(SpecsContext);
  if (specs === undefined) throw new TypeError('useSpecs() is called outside App');
  return specs;
}
