/** The bar that searches in a terminal: the newest match first, from there upwards and downwards. */
import { createSignal, onCleanup, onMount, Show } from 'solid-js';
import { Icon } from '../../ui/icon.tsx';
import { createSearch, type Found, type Searched } from './terminal-search.ts';

export function SearchBar(props: { terminal: Searched; onShown: (isShown: boolean) => void; onClose: () => void }) {
  const search = createSearch(props.terminal);
  const [found, setFound] = createSignal<Found>();
  let field: HTMLInputElement | undefined;
  const go = (step: 1 | -1) => setFound(field?.value ? search.find(field.value, step) : undefined);
  onMount(() => {
    field?.focus();
    props.onShown(true);
  });
  onCleanup(() => {
    search.end();
    props.onShown(false);
  });
  return (
    <search class="terminal-search">
      <input
        ref={field}
        class="field"
        type="search"
        aria-label="Search in the terminal"
        placeholder="Search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={() => go(-1)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') props.onClose();
          else if (event.key === 'Enter') go(event.shiftKey ? 1 : -1);
          else return;
          event.preventDefault();
        }}
      />
      <span class="small soft mono" role="status">
        <Show when={found()}>{(now) => <>{told(now())}</>}</Show>
      </span>
      <button type="button" class="button plain icon" aria-label="Previous match" onClick={() => go(-1)}>
        <span class="turned-up">
          <Icon name="down" />
        </span>
      </button>
      <button type="button" class="button plain icon" aria-label="Next match" onClick={() => go(1)}>
        <Icon name="down" />
      </button>
      <button type="button" class="button plain icon" aria-label="End the search" onClick={() => props.onClose()}>
        <Icon name="close" />
      </button>
    </search>
  );
}

function told({ at, count }: Found): string {
  return count === 0 ? 'none' : `${at} of ${count}`;
}
