/** The saved views of the specs: to choose, save and remove. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import { holds } from '#contract/scopes.ts';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { Icon } from '../../ui/icon.tsx';
import { Choice } from '../../ui/sheet.tsx';
import { type SavedView, savedViews, toShow, viewOf, viewShown } from './saved-views.ts';

interface Props {
  readonly query: Readonly<Record<string, string>>;
  readonly onChange: (change: Record<string, string>) => void;
}

export function SavedViews(props: Props) {
  const { state } = useApp();
  const views = createMemo(() => savedViews(state));
  const shown = createMemo(() => viewShown(views(), props.query));
  return (
    <>
      <Views {...props} views={views()} shown={shown()} />
      <Show when={!shown()}>
        <SaveView query={props.query} />
      </Show>
    </>
  );
}

function Views(props: Props & { readonly views: readonly SavedView[]; readonly shown: SavedView | undefined }) {
  const app = useApp();
  const removal = createCall();
  const mayRemove = (view: SavedView) => !view.isShared || holds(app.state.me?.scope ?? 'read', 'write');
  return (
    <>
      <h3 class="sheet-part">Saved views</h3>
      <For each={props.views} fallback={<p class="small soft">None yet</p>}>
        {(view) => (
          <div class="row">
            <Choice chosen={props.shown?.id === view.id} onClick={() => props.onChange(toShow(view))}>
              {view.title}
              <Show when={view.isShared}>
                <span class="small soft"> · shared</span>
              </Show>
            </Choice>
            <Show when={mayRemove(view)}>
              <button
                type="button"
                class="button plain icon spread"
                aria-label={`Remove the view ${view.title}`}
                disabled={removal.busy()}
                onClick={() => void removal.run(() => app.removeView(view.id))}
              >
                <Icon name="close" />
              </button>
            </Show>
          </div>
        )}
      </For>
      <Show when={removal.problem()}>{(problem) => <p role="alert">{problem()}</p>}</Show>
    </>
  );
}

function SaveView(props: { readonly query: Readonly<Record<string, string>> }) {
  const app = useApp();
  const [title, setTitle] = createSignal('');
  const [isShared, setShared] = createSignal(false);
  const saving = createCall();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const meta = { place: 'specs', query: viewOf(props.query) };
    void saving.run(async () => {
      await app.saveView({ title: title(), isShared: isShared(), meta });
      setTitle('');
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <h3 class="sheet-part">Save what is shown now</h3>
      <input
        class="field"
        aria-label="Name of the view"
        placeholder="Name"
        required
        maxLength={100}
        value={title()}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <Show when={holds(app.state.me?.scope ?? 'read', 'write')}>
        <label class="row">
          <input type="checkbox" checked={isShared()} onChange={(event) => setShared(event.currentTarget.checked)} />
          Share with the organisation
        </label>
      </Show>
      <button type="submit" class="button" disabled={saving.busy()}>
        Save view
      </button>
      <Show when={saving.problem()}>{(problem) => <p role="alert">{problem()}</p>}</Show>
    </form>
  );
}
