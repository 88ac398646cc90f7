/** Ctrl K: to any spec of any machine in a few letters. */
import { createMemo, createSignal, For, mapArray } from 'solid-js';
import { createMachineSpecs } from '../features/specs/machine-specs.ts';
import { statusWords } from '../features/words.ts';
import { navigate } from '../router.ts';
import { useApp } from '../state/context.ts';
import { documentsOf, machinesOf, machinesWithDocuments } from '../state/sorts.ts';
import { Chip } from '../ui/chip.tsx';
import { Choice, Sheet } from '../ui/sheet.tsx';

const shownMax = 12;

export function Palette(props: { onClose: () => void }) {
  const { state } = useApp();
  const [words, setWords] = createSignal('');
  const machines = createMemo(
    mapArray(
      () => machinesWithDocuments(state),
      (machine) => ({ machine, specs: createMachineSpecs(() => documentsOf(state, machine)) }),
    ),
  );
  const all = createMemo(() => machines().flatMap(({ machine, specs }) => specs().map((spec) => ({ machine, spec }))));
  const found = () => {
    const wanted = words().toLowerCase().split(/\s+/).filter(Boolean);
    return all()
      .filter(({ spec }) => wanted.every((word) => `${spec.title} ${spec.name}`.toLowerCase().includes(word)))
      .slice(0, shownMax);
  };
  const open = (at: number) => {
    const hit = found()[at];
    if (hit === undefined) return;
    props.onClose();
    navigate({ machine: hit.machine, project: hit.spec.project, place: 'spec', item: hit.spec.folder });
  };
  return (
    <Sheet title="Go to a spec" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open(0);
        }}
      >
        <input
          class="field"
          type="search"
          autofocus
          placeholder="Title, name or number"
          aria-label="Title, name or number"
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </form>
      <For each={found()}>
        {({ machine, spec }, at) => (
          <Choice onClick={() => open(at())}>
            <span class="mono soft">{spec.number}</span>
            <span>
              {spec.title} <small class="soft">{machinesOf(state)[machine]?.name}</small>
            </span>
            <span class="spread">
              <Chip tone={statusWords[spec.status].tone}>{statusWords[spec.status].label}</Chip>
            </span>
          </Choice>
        )}
      </For>
    </Sheet>
  );
}
