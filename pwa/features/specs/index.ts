/** Specs of a machine: the list, and one of them beside it. */
import { lazy } from 'solid-js';
import { Specs } from '../../views/Specs.tsx';
import { useSpecs } from '../machine-specs.ts';
import type { Hooks } from '../place.ts';
import { SpecsOfMachine } from './SpecsOfMachine.tsx';

export const specs: Hooks = {
  around: SpecsOfMachine,
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
      screen: lazy(async () => ({ default: (await import('../../views/Spec.tsx')).Spec })),
    },
  ],
};
