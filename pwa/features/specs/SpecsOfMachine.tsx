/** Derives the specs of the machine that is shown, once for all screens. */
import type { JSX } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { createMachineSpecs, SpecsContext } from './machine-specs.ts';

export function SpecsOfMachine(props: { machine: Machine | undefined; children: JSX.Element }) {
  const app = useApp();
  const specs = createMachineSpecs(() => documentsOf(app.state, props.machine?.id ?? ''));
  return <SpecsContext.Provider value={specs}>{props.children}</SpecsContext.Provider>;
}
