/** Somebody was there first: both versions, and the choice to apply the command again on top or to leave it. A text that was typed has more ways. */
import { createResource, Match, Show, Switch } from 'solid-js';
import type { Wish } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { isReviewKind, ReviewConflict } from '../approval/ReviewConflict.tsx';
import { send } from '../editing.ts';
import { wordsOf } from '../receipts.ts';
import { Changes } from './Changes.tsx';
import { TextConflict } from './TextConflict.tsx';
import { isTextKind } from './text-writes.ts';

export function Conflict(props: { wish: Wish; onClose: () => void }) {
  return (
    <Switch fallback={<ChangeConflict {...props} />}>
      <Match when={isTextKind(props.wish.kind)}>
        <TextConflict {...props} />
      </Match>
      <Match when={isReviewKind(props.wish.kind)}>
        <ReviewConflict {...props} />
      </Match>
    </Switch>
  );
}

/** A change that can be made on any version of the file: a status, a tick, a tag. */
function ChangeConflict(props: { wish: Wish; onClose: () => void }) {
  const app = useApp();
  const current = () => props.wish.problem?.currentRev;
  const [versions] = createResource(
    () => ({ machine: props.wish.machine, seen: props.wish.ifRev, now: current() }),
    async ({ machine, seen, now }) => {
      const [before, after] = await Promise.all(
        [seen, now].map(async (rev) => (rev === undefined ? undefined : (await app.body(machine, rev))?.text)),
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
        Could not {wordsOf(props.wish).toDo}: the file on the machine has changed since you opened it. The changes are
        below. Nothing is lost.
      </p>
      <Show when={versions()} fallback={<p class="soft">Loading both versions…</p>}>
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
