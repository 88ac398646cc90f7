/** Specs of a machine: the list, and one of them beside it. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';
import { useSpecs } from './machine-specs.ts';
import { Specs } from './Specs.tsx';
import { SpecsOfMachine } from './SpecsOfMachine.tsx';

export const specs: Hooks = {
  around: SpecsOfMachine,
  palette: async () => (await import('./palette.tsx')).usePalette,
  places: [
    {
      name: 'specs',
      needs: 'machine',
      // Not lazy: it is the first screen.
      screen: Specs,
      entry: {
        label: 'Specs',
        rank: 20,
        icon: 'specs',
        key: 's',
        useProjectCount: () => {
          const all = useSpecs();
          return (project) => all().filter((spec) => spec.project === project).length;
        },
        useCount: () => {
          const all = useSpecs();
          return () => all().length;
        },
      },
    },
    {
      name: 'spec',
      needs: 'machine',
      under: 'specs',
      beside: true,
      screen: lazy(async () => ({ default: (await import('../spec/Spec.tsx')).Spec })),
    },
  ],
};
