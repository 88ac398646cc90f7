/** The specs of a machine, derived once however many screens look at them. */
import { type Accessor, createContext, createMemo, useContext } from 'solid-js';
import type { App } from '../state/app-state.ts';
import { groupSpecs, type Spec } from './spec-groups.ts';

/** Filled in once, by App.tsx. */
export const SpecsContext = createContext<Accessor<readonly Spec[]>>();

/** The specs of the machine that the route names. */
export function createMachineSpecs(app: App, machine: () => string | undefined): Accessor<readonly Spec[]> {
  return createMemo(() => groupSpecs(Object.values(app.state.documents[machine() ?? ''] ?? {})));
}

/** All specs of the machine that is shown; below App.tsx only. */
export function useSpecs(): Accessor<readonly Spec[]> {
  const specs = useContext(SpecsContext);
  if (specs === undefined) throw new TypeError('useSpecs() is called outside App');
  return specs;
}
