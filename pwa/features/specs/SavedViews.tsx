/** The saved views of the specs, and the order: a chip that names the view that is shown, and a sheet to choose, save and remove. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import { holds } from '#contract/scopes.ts';
import { useApp } from '../../state/context.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { createCall } from '../../ui/create-call.ts';
import { Icon } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { specOrders } from './filters.ts';
import { type SavedView, savedViews, toShow, viewOf, viewShown } from './saved-views.ts';

interface Props {
  readonly query: Readonly<Record<string, string>>;
  readonly onChange: (change: Record<string, string>) => void;
}

export function SavedViews(props: Props) {
  const { state } = useApp();
  const [open, setOpen] = createSignal(false);
  const views = createMemo(() => savedViews(state));
  const shown = createMemo(() => viewShown(views(), props.query));
  return (
    <>
      <ChipButton tone={shown() ? 'accent' : 'plain'} onClick={() => setOpen(true)}>
        {shown()?.title ?? 'Views, order…'}
      </ChipButton>
      <Show when={open()}>
        <Sheet title="Views and order" onClose={() => setOpen(false)}>
          <Views {...props} views={views()} shown={shown()} close={() => setOpen(false)} />
          <h3 class="small soft" style={{ 'margin-top': '14px' }}>
            Order
          </h3>
          <For each={[['', 'Number'], ...Object.entries(specOrders)] as const}>
            {([order = '', label]) => (
              <Choice chosen={(props.query.order ?? '') === order} onClick={() => props.onChange({ order })}>
                {label}
              </Choice>
            )}
          </For>
          <Show when={!shown()}>
            <SaveView query={props.query} />
          </Show>
        </Sheet>
      </Show>
    </>
  );
}

function Views(
  props: Props & { readonly views: readonly SavedView[]; readonly shown: SavedView | undefined; close: () => void },
) {
  const app = useApp();
  const removal = createCall();
  const mayRemove = (view: SavedView) => !view.isShared || holds(app.state.me?.scope ?? 'read', 'write');
  return (
    <>
      <h3 class="small soft">Saved views</h3>
      <For each={props.views} fallback={<p class="small soft">None yet</p>}>
        {(view) => (
          <div class="row">
            <Choice
              chosen={props.shown?.id === view.id}
              onClick={() => {
                props.onChange(toShow(view));
                props.close();
              }}
            >
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
      <h3 class="small soft" style={{ 'margin-top': '14px' }}>
        Save what is shown now
      </h3>
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
