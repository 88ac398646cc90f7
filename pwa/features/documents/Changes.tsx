/** What differs between two texts: by line, with the words that differ, under the headings of the text. */
import { For, Show } from 'solid-js';
import { Empty } from '../../ui/empty.tsx';
import { counted } from '../words.ts';
import { type DiffLine, diffLines } from './diff-lines.ts';
import './changes.css';

const signs = { same: ' ', added: '+', removed: '−' } as const;
const spoken = { same: '', added: 'Added: ', removed: 'Removed: ' } as const;

/** From one text to the other; where one is missing, the other whole. */
export function Changes(props: { before: string | undefined; after: string | undefined }) {
  const hunks = () =>
    props.before === undefined || props.after === undefined ? undefined : diffLines(props.before, props.after);
  return (
    <Show when={hunks()} fallback={<Whole {...props} />}>
      {(all) => (
        <Show when={all().length > 0} fallback={<p class="soft">No differences.</p>}>
          <div class="diff">
            <For each={all()}>
              {(hunk) => (
                <>
                  <Show when={hunk.skipped > 0}>
                    <p class="diff-skipped">{counted(hunk.skipped, 'line')} as before</p>
                  </Show>
                  <p class="diff-head">
                    <strong>{visible(hunk.heading) || 'Start of the file'}</strong>
                    <span class="mono">
                      <span class="plus">+{hunk.added}</span> <span class="minus">−{hunk.removed}</span>
                    </span>
                  </p>
                  <For each={hunk.lines}>{(line) => <Line line={line} />}</For>
                </>
              )}
            </For>
          </div>
        </Show>
      )}
    </Show>
  );
}

function Line(props: { line: DiffLine }) {
  return (
    <div class={`diff-line ${props.line.is}`}>
      <span class="diff-number">{props.line.number}</span>
      <span aria-hidden="true">{signs[props.line.is]}</span>
      <span class="diff-text">
        <span class="hidden-visually">{spoken[props.line.is]}</span>
        <For each={props.line.parts}>
          {(part) => (part.isChanged ? <mark>{visible(part.text)}</mark> : visible(part.text))}
        </For>
      </span>
    </div>
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

/** Characters that turn or hide text are shown as their number: what is decided on must be what is there. */
export function visible(text: string): string {
  return text.replace(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`,
  );
}
