/** What differs between two texts, by line. */
import { structuredPatch } from 'diff';
import { For, Show } from 'solid-js';
import { Empty } from '../../ui/empty.tsx';

/** Beyond this, finding the differences would take longer than reading the file. */
const diffMsMax = 300;

/** From one text to the other; where one is missing, the other whole. */
export function Changes(props: { before: string | undefined; after: string | undefined }) {
  const lines = () => {
    if (props.before === undefined || props.after === undefined) return undefined;
    const patch = structuredPatch('', '', props.before, props.after, '', '', { context: 2, timeout: diffMsMax });
    return patch?.hunks.flatMap((hunk) => [`@@ line ${hunk.newStart}`, ...hunk.lines]);
  };
  return (
    <Show when={lines()} fallback={<Whole {...props} />}>
      {(all) => (
        <Show when={all().length > 0} fallback={<p class="soft">No differences.</p>}>
          <div class="diff">
            <For each={all()}>{(line) => <div class={classOf(line)}>{visible(line)}</div>}</For>
          </div>
        </Show>
      )}
    </Show>
  );
}

function Whole(props: { before: string | undefined; after: string | undefined }) {
  return (
    <Show
      when={props.after ?? props.before}
      fallback={<Empty title="The texts could not be loaded">Reload the document before you decide.</Empty>}
    >
      {(text) => <pre class="plain-text">{visible(text())}</pre>}
    </Show>
  );
}

function classOf(line: string): string {
  if (line.startsWith('@@')) return 'gap';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : '';
}

/** Characters that turn or hide text are shown as their number: what is decided on must be what is there. */
export function visible(text: string): string {
  return text.replace(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`,
  );
}
