/** Ctrl K and `/`: in a few letters to any place, machine, spec or text. What can be found, each feature says. */
import { createMemo, createResource, createSignal, For, Show } from 'solid-js';
import { features } from '../features/index.ts';
import type { PaletteEntry, UsePalette } from '../features/place.ts';
import { entries as places } from '../places.ts';
import { hrefTo } from '../route.ts';
import { goTo } from '../router.ts';
import { useApp } from '../state/context.ts';
import { Choice, Sheet } from '../ui/sheet.tsx';
import { machinesByName } from './find-machines.ts';

const load = () => Promise.all(features.flatMap(({ palette }) => palette?.() ?? []));

export function Palette(props: { onClose: () => void }) {
  const [words, setWords] = createSignal('');
  const [sources] = createResource(load);
  return (
    <Sheet title="Search" onClose={props.onClose}>
      <Show when={sources()}>
        {(given) => <Found sources={given()} words={words()} onWords={setWords} onClose={props.onClose} />}
      </Show>
    </Sheet>
  );
}

interface FoundProps {
  readonly sources: readonly UsePalette[];
  readonly words: string;
  readonly onWords: (words: string) => void;
  readonly onClose: () => void;
}

function Found(props: FoundProps) {
  const { state } = useApp();
  const given = props.sources.map((use) => use(() => props.words));
  const own = createMemo((): readonly PaletteEntry[] => {
    const wanted = props.words.trim().toLowerCase();
    if (wanted === '') return [];
    return [
      ...places.map(({ name, entry }) => ({ href: hrefTo({ place: name }), group: 'Places', label: entry.label })),
      ...machinesByName(state).map(({ id, name }) => ({
        href: hrefTo({ machine: id, place: 'machine' }),
        group: 'Machines',
        label: name,
      })),
    ].filter(({ label }) => label.toLowerCase().includes(wanted));
  });
  const found = createMemo(() => {
    // What one feature found by its title is not repeated by another.
    const seen = new Set<string>();
    const all = [...own(), ...given.flatMap(({ entries }) => entries())];
    return all.filter(({ href }) => !seen.has(href) && seen.add(href));
  });
  const open = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    props.onClose();
    goTo(entry.href);
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open(found()[0]);
        }}
      >
        <input
          class="field"
          type="search"
          autofocus
          ref={(field) => queueMicrotask(() => field.focus())}
          placeholder="Title, name or number"
          aria-label="Title, name or number"
          onInput={(event) => props.onWords(event.currentTarget.value)}
        />
      </form>
      <For each={found()} fallback={<p class="sheet-note">Nothing found on this device.</p>}>
        {(entry, at) => (
          <>
            <Show when={found()[at() - 1]?.group !== entry.group}>
              <div class="sheet-part">{entry.group}</div>
            </Show>
            <Choice onClick={() => open(entry)}>
              <span>
                {entry.label} {entry.detail?.()}
              </span>
              <span class="spread">{entry.end?.()}</span>
            </Choice>
          </>
        )}
      </For>
      <For each={given}>
        {({ note }) => <Show when={note?.()}>{(text) => <p class="sheet-note">{text()}</p>}</Show>}
      </For>
    </>
  );
}
