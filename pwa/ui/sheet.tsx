/** A dialog with a title: from below on a phone, in the middle elsewhere. */
import { createEffect, createUniqueId, type JSX, onCleanup, Show } from 'solid-js';
import { Icon } from './icon.tsx';

const controls = 'input, select, textarea, button, a[href]';

/** What the person came for: what asks for the focus itself, else what is chosen, else the first thing that can be used. Close comes last. */
function firstControl(dialog: HTMLElement): HTMLElement | undefined {
  const usable = [...dialog.querySelectorAll<HTMLElement>(controls)].filter((control) => !control.matches(':disabled'));
  const own = usable.filter((control) => control.closest('.sheet-head') === null);
  return (
    own.find((control) => control.hasAttribute('autofocus')) ??
    own.find((control) => control.getAttribute('aria-pressed') === 'true') ??
    own[0]
  );
}

/** Open while it is shown: mount it in a `<Show>`. The browser keeps the focus inside and gives it back. */
export function Sheet(props: { title: string; wide?: boolean; onClose: () => void; children: JSX.Element }) {
  const id = createUniqueId();
  let dialog: HTMLDialogElement | undefined;
  createEffect(() => {
    if (dialog === undefined) return;
    dialog.showModal();
    firstControl(dialog)?.focus();
    const opened = dialog;
    // Loaded beside the first screen. Without it, Tab still reaches everything.
    import('./rove.ts').then(
      ({ roveChoices }) => opened.addEventListener('keydown', roveChoices),
      () => {},
    );
  });
  onCleanup(() => dialog?.close());
  return (
    <dialog
      ref={dialog}
      class="sheet"
      classList={{ wide: props.wide === true }}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      attr:closedby="any"
    >
      <div class="sheet-grip" />
      <div class="sheet-head">
        <h2 id={id}>{props.title}</h2>
        <button type="button" class="button plain icon" aria-label="Close" onClick={() => props.onClose()}>
          <Icon name="close" />
        </button>
      </div>
      {props.children}
    </dialog>
  );
}

/** One of several things to choose; the chosen one is marked. */
export function Choice(props: { chosen?: boolean; disabled?: boolean; onClick: () => void; children: JSX.Element }) {
  return (
    <button
      type="button"
      class="choice"
      aria-pressed={props.chosen}
      disabled={props.disabled}
      onClick={() => props.onClick()}
    >
      {props.children}
      <Show when={props.chosen}>
        <span class="spread">
          <Icon name="check" />
        </span>
      </Show>
    </button>
  );
}
