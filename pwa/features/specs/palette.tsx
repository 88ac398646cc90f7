/** The specs of all machines, by title, name or number, and making a new one. */
import { createMemo, mapArray } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machinesOf, machinesWithDocuments } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { isEditAllowed } from '../editing.ts';
import type { UsePalette } from '../place.ts';
import { statusWords } from '../words.ts';
import { createMachineSpecs } from './machine-specs.ts';

const shownMax = 12;

export const usePalette: UsePalette = (words) => {
  const app = useApp();
  const { state } = app;
  const machines = createMemo(
    mapArray(
      () => machinesWithDocuments(state),
      (machine) => ({ machine, specs: createMachineSpecs(() => documentsOf(state, machine)) }),
    ),
  );
  const all = createMemo(() =>
    machines().flatMap(({ machine, specs }) =>
      specs().map((spec) => ({ machine, spec, text: `${spec.title} ${spec.name}`.toLowerCase() })),
    ),
  );
  const entries = createMemo(() => {
    const wanted = words().toLowerCase().split(/\s+/).filter(Boolean);
    const isNewWanted = wanted.length > 0 && wanted.every((word) => 'new spec'.includes(word));
    const makers = isNewWanted ? machines().filter(({ machine }) => isEditAllowed(app, machine)) : [];
    const found = all()
      .filter(({ text }) => wanted.every((word) => text.includes(word)))
      .slice(0, shownMax)
      .map(({ machine, spec }) => ({
        href: hrefTo({ machine, project: spec.project, place: 'spec', item: spec.folder }),
        group: 'Specs',
        label: spec.title,
        detail: () => (
          <small class="soft">
            {spec.number} {machinesOf(state)[machine]?.name}
          </small>
        ),
        end: () => <Chip tone={statusWords[spec.status].tone}>{statusWords[spec.status].label}</Chip>,
      }));
    const toMake = makers.map(({ machine }) => ({
      href: hrefTo({ machine, place: 'specs', query: { new: '1' } }),
      group: 'Actions',
      label: `New spec on ${machinesOf(state)[machine]?.name}`,
    }));
    return [...toMake, ...found];
  });
  return { entries };
};
