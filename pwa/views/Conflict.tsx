/** Somebody was there first: both versions, and the choice to apply the command again on top or to leave it. */
import { structuredPatch } from 'diff';
import { createResource, For, Show } from 'solid-js';
import { send } from '../features/editing.ts';
import type { Wish } from '../state/app-state.ts';
import { useApp } from '../state/context.ts';
import { Empty } from '../ui/empty.tsx';
import { Sheet } from '../ui/sheet.tsx';

/** Beyond this, finding the differences would take longer than reading the file. */
const diffMsMax = 300;

export function Conflict(props: { wish: Wish; onClose: () => void }) {
  const app = useApp();
  const current = () => props.wish.problem?.currentRev;
  const [versions] = createResource(
    () => ({ machine: props.wish.machine, seen: props.wish.ifRev, now: current() }),
    async ({ machine, seen, now }) => {
      const [before, after] = await Promise.all(
        [seen, now].map(async (rev) => (rev === undefined ? undefined : await app.body(machine, rev))),
      );
      return { before, after };
    },
  );
  const leave = () => {
    app.dismiss(props.wish.id);
    props.onClose();
  };
  const again = () => {
    const ifRev = current();
    if (ifRev !== undefined) send(app, props.wish.machine, props.wish.kind, props.wish.args as never, { ifRev });
    leave();
  };
  return (
    <Sheet title="The file has changed" wide onClose={props.onClose}>
      <p>
        “{props.wish.label}” was not done: the file on the machine is not what you saw. Below is what has changed since;
        nothing of it is lost.
      </p>
      <Show when={versions()} fallback={<p class="soft">Fetching both versions …</p>}>
        {(both) => <Changes before={both().before} after={both().after} />}
      </Show>
      <div class="row wrap" style={{ 'margin-top': '14px' }}>
        <button type="button" class="button primary" disabled={current() === undefined} onClick={again}>
          Apply again on top
        </button>
        <button type="button" class="button" onClick={leave}>
          Leave it
        </button>
      </div>
    </Sheet>
  );
}

function Changes(props: { before: string | undefined; after: string | undefined }) {
  const lines = () => {
    if (props.before === undefined || props.after === undefined) return undefined;
    const patch = structuredPatch('', '', props.before, props.after, '', '', { context: 2, timeout: diffMsMax });
    return patch?.hunks.flatMap((hunk) => [`@@ line ${hunk.newStart}`, ...hunk.lines]);
  };
  return (
    <Show when={lines()} fallback={<Whole {...props} />}>
      {(all) => (
        <div class="diff">
          <For each={all()}>{(line) => <div class={classOf(line)}>{visible(line)}</div>}</For>
        </div>
      )}
    </Show>
  );
}

function Whole(props: { before: string | undefined; after: string | undefined }) {
  return (
    <Show
      when={props.after ?? props.before}
      fallback={<Empty title="The texts are not here">Read the document again before you decide.</Empty>}
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
function visible(text: string): string {
  return text.replace(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`,
  );
}
