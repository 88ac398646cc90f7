/** A text field over a document. It holds the text that was opened and not what arrives meanwhile; what is typed is kept on the device at once, and sent as a change of the opened text. */
import { createSignal, onCleanup, onMount, Show, Suspense } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import type { Draft } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { Empty } from '../../ui/empty.tsx';
import { send } from '../editing.ts';
import { type EditorView, EditorViews, ViewOfDraft } from './EditorViews.tsx';
import { isAbsent } from './new-text.ts';
import { editsBetween, shownText } from './text-edits.ts';
import type { TextWrite } from './text-writes.ts';
import './editor.css';

interface EditorProps {
  readonly machine: string;
  /** Lives: it changes with each save on the machine. */
  readonly document: Document;
  readonly write: TextWrite;
  readonly maySave: boolean;
  readonly onClose: () => void;
}

const nothing = { text: '', exact: true };

type Opened = Draft | 'waiting' | 'elsewhere' | 'missing' | 'not-text';

export function Editor(props: EditorProps) {
  const app = useApp();
  const key = draftKey(props.machine, props.document);
  const [opened, setOpened] = createSignal<Opened>('waiting');
  const closing = new AbortController();
  onCleanup(() => closing.abort());
  onMount(async () => {
    const elsewhere = setTimeout(() => setOpened('elsewhere'), 300);
    await app.editAlone(key, closing.signal);
    clearTimeout(elsewhere);
    await open();
  });

  async function open(): Promise<void> {
    const kept = app.state.drafts[key];
    // Copies: an object out of the store would go on with the document.
    setOpened(kept === undefined ? await read(structuredClone(unwrap(props.document))) : { ...unwrap(kept) });
  }

  async function read(document: Document): Promise<Opened> {
    const body = isAbsent(document) ? nothing : await app.body(props.machine, document.rev);
    if (body === undefined) return 'missing';
    if (!body.exact) return 'not-text';
    const { machine } = props;
    return { machine, document, base: body.text, text: shownText(body.text), changedAt: Date.now(), wish: undefined };
  }

  const draft = () => {
    const now = opened();
    return typeof now === 'object' ? now : undefined;
  };
  return (
    <Show when={draft()} fallback={<NotOpen state={opened()} onClose={props.onClose} onAgain={() => void open()} />}>
      {(begun) => <Field {...props} opened={begun()} />}
    </Show>
  );
}

/** Why there is no text field: nobody writes over a text that they do not see. */
function NotOpen(props: { state: Opened; onClose: () => void; onAgain: () => void }) {
  return (
    <Show when={props.state !== 'waiting'} fallback={<p class="soft">Opening…</p>}>
      <Show when={props.state === 'elsewhere'}>
        <Empty title="You are editing this in another tab">Close the editor there to edit here.</Empty>
      </Show>
      <Show when={props.state === 'not-text'}>
        <Empty title="This file cannot be edited here">
          It is not UTF-8 text. Saving it here would change characters that you did not touch. Edit it on the machine.
        </Empty>
      </Show>
      <Show when={props.state === 'missing'}>
        <Empty title="The text is not available">It could not be loaded. Try again when you are connected.</Empty>
      </Show>
      <div class="row wrap">
        <Show when={props.state === 'missing'}>
          <button type="button" class="button primary" onClick={() => props.onAgain()}>
            Try again
          </button>
        </Show>
        <button type="button" class="button" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
    </Show>
  );
}

function Field(props: EditorProps & { opened: Draft }) {
  const app = useApp();
  const { opened } = props;
  const key = draftKey(opened.machine, opened.document);
  const [draft, setDraft] = createSignal(opened);
  const [isSafe, setSafe] = createSignal(true);
  const [view, setView] = createSignal<EditorView>('text');
  const isChanged = () => draft().text !== shownText(opened.base);
  const guard = (event: BeforeUnloadEvent) => isChanged() && !isSafe() && event.preventDefault();
  addEventListener('beforeunload', guard);
  onCleanup(() => removeEventListener('beforeunload', guard));

  async function type(text: string): Promise<void> {
    const typed = setDraft({ ...opened, text, changedAt: Date.now(), wish: undefined });
    if (!isChanged()) return app.dropDraft(key);
    setSafe(false);
    const kept = await app.keepDraft(typed);
    if (draft() === typed) setSafe(kept);
  }
  function save(): void {
    const { kind, args } = props.write;
    const { text } = draft();
    const change = isAbsent(opened.document)
      ? { content: text.endsWith('\n') ? text : `${text}\n` }
      : { edits: editsBetween(opened.base, text) };
    send(app, opened.machine, kind, { ...args, ...change } as never, { ifRev: opened.document.rev, draft: draft() });
    props.onClose();
  }
  function discard(): void {
    if (!confirm('Discard what you typed?')) return;
    app.dropDraft(key);
    props.onClose();
  }
  return (
    <div class="stack editor">
      <Show when={props.document.rev !== opened.document.rev}>
        <p class="strip">
          The file was saved on the machine in the meantime. When you save, you can choose which text to keep.
        </p>
      </Show>
      <EditorViews of={draft()} view={view()} onView={setView} />
      <textarea
        class="field"
        hidden={view() !== 'text'}
        aria-label={`Text of ${opened.document.path}`}
        spellcheck={false}
        value={opened.text}
        onInput={(event) => void type(event.currentTarget.value)}
      />
      <Suspense>
        <ViewOfDraft of={draft()} view={view()} />
      </Suspense>
      <p class="small soft" role="status">
        {noteOf(isChanged(), isSafe(), app.state.replica === 'kept')}
      </p>
      <div class="row wrap editor-foot">
        <button type="button" class="button primary" disabled={!isChanged() || !props.maySave} onClick={save}>
          Save
        </button>
        <button type="button" class="button" onClick={() => props.onClose()}>
          Close
        </button>
        <Show when={isChanged()}>
          <button type="button" class="button plain danger spread" onClick={discard}>
            Discard
          </button>
        </Show>
      </div>
    </div>
  );
}

function noteOf(isChanged: boolean, isSafe: boolean, keeps: boolean): string {
  if (!isChanged) return 'What you type is kept on this device until it is applied.';
  if (isSafe) return 'Your draft is kept on this device.';
  return keeps ? 'Saving your draft…' : 'This browser cannot keep drafts. Save before you leave this page.';
}
