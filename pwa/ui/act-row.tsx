/** A row that opens what can be done with it: one thing, with a word of what follows. */
import { createSignal, type JSX, Show } from 'solid-js';
import { FormSheet } from './form-sheet.tsx';
import { Row } from './rows.tsx';

export interface Act {
  /** The title of the dialog, and its button. */
  readonly title: string;
  readonly submit: string;
  readonly busy: string;
  /** What follows from it. */
  readonly words: string;
  readonly curl?: string;
  readonly call: () => Promise<void>;
}

export function ActRow(props: { title: JSX.Element; note: string; act: Act | undefined }) {
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <Row title={props.title} note={props.note} {...(props.act ? { onClick: () => setOpen(true) } : {})} />
      <Show when={open() && props.act}>
        {(act) => (
          <FormSheet
            title={act().title}
            fields={{}}
            submit={act().submit}
            busy={act().busy}
            tone="danger"
            {...(act().curl === undefined ? {} : { curl: () => act().curl ?? '' })}
            onSubmit={act().call}
            onClose={() => setOpen(false)}
          >
            <p class="small soft">{props.note}</p>
            <p>{act().words}</p>
          </FormSheet>
        )}
      </Show>
    </>
  );
}
