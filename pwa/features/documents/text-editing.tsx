/** A document to read or to write: its text, its editor, and a draft that waits. Every screen that shows one document has them. */
import { type Accessor, createEffect, createMemo, createSignal, type JSX, lazy, Show, Suspense } from 'solid-js';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { Draft } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { mayEdit } from '../editing.ts';
import { DraftNote } from './DraftNote.tsx';
import { isUnderWay } from './draft-state.ts';
import { isAbsent } from './new-text.ts';
import { type TextWrite, textWriteOf } from './text-writes.ts';

const Editor = lazy(async () => ({ default: (await import('./Editor.tsx')).Editor }));

interface TextPlace {
  readonly machine: Machine;
  readonly document: Document;
  /** The address asks for the editor. */
  readonly isAsked: boolean;
}

export interface TextEditing {
  readonly place: TextPlace;
  /** How it is written; undefined where it cannot be. */
  readonly write: Accessor<TextWrite | undefined>;
  /** Whether its machine takes the change now. */
  readonly mayWrite: Accessor<boolean>;
  readonly draft: Accessor<Draft | undefined>;
  readonly isOpen: Accessor<boolean>;
  readonly open: () => void;
  readonly close: () => void;
}

export function createTextEditing(place: TextPlace): TextEditing {
  const app = useApp();
  const [isOpen, setOpen] = createSignal(false);
  // The address may ask for it later too, from this same page.
  createEffect(() => place.isAsked && setOpen(true));
  const write = createMemo(() => textWriteOf(place.machine, place.document));
  return {
    place,
    write,
    mayWrite: () => {
      const kind = write()?.kind;
      return kind !== undefined && mayEdit(app, place.machine.id, { kind, project: place.document.project });
    },
    draft: () => app.state.drafts[draftKey(place.machine.id, place.document)],
    isOpen,
    open: () => setOpen(true),
    close: () => setOpen(false),
  };
}

/** Opens the editor; not there while it is open, or a draft has its own way there. */
export function EditButton(props: { of: TextEditing; primary?: boolean; children: JSX.Element }) {
  return (
    <Show when={props.of.write() !== undefined && !props.of.isOpen() && props.of.draft() === undefined}>
      <button
        type="button"
        class="button"
        classList={{ primary: props.primary === true }}
        disabled={!props.of.mayWrite()}
        onClick={() => props.of.open()}
      >
        {props.children}
      </button>
    </Show>
  );
}

/** The editor while it is open, else the draft that waits and what is read. */
export function TextOrEditor(props: { of: TextEditing; children: JSX.Element }) {
  const app = useApp();
  const isOnItsWay = () => {
    const draft = props.of.draft();
    return draft !== undefined && isUnderWay(draft, app.state.wishes);
  };
  // What was typed over a text that is gone is no change of it any more.
  const takesDraft = (draft: Draft) => !isAbsent(props.of.place.document) || isAbsent(draft.document);
  return (
    <Show
      when={!isOnItsWay() && props.of.isOpen() ? props.of.write() : undefined}
      fallback={
        <>
          <Show when={props.of.draft()}>
            {(draft) => (
              <DraftNote
                draft={draft()}
                onWrite={props.of.write() && takesDraft(draft()) ? props.of.open : undefined}
              />
            )}
          </Show>
          {props.children}
        </>
      }
    >
      {(how) => (
        <Suspense>
          <Editor
            machine={props.of.place.machine.id}
            document={props.of.place.document}
            write={how()}
            maySave={props.of.mayWrite()}
            onClose={props.of.close}
          />
        </Suspense>
      )}
    </Show>
  );
}
