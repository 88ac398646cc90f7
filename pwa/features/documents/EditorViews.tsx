/** What an editor shows of a draft: its text, how it reads, and what a save would change. */
import { For, lazy, Match, Switch } from 'solid-js';
import type { Draft } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { Changes } from './Changes.tsx';
import { countsBetween } from './diff-lines.ts';
import { createLinker } from './links.ts';
import { shownText } from './text-edits.ts';

const Markdown = lazy(async () => ({ default: (await import('./Markdown.tsx')).Markdown }));

export type EditorView = 'text' | 'preview' | 'changes';

/** The choice between them; the last one says how many lines a save would change. */
export function EditorViews(props: { of: Draft; view: EditorView; onView: (view: EditorView) => void }) {
  const counts = () => countsBetween(shownText(props.of.base), props.of.text);
  const views = () =>
    [
      ['text', 'Write'],
      ...(isMarkdown(props.of) ? [['preview', 'Preview'] as const] : []),
      ['changes', `Changes +${counts().added} −${counts().removed}`],
    ] as const;
  return (
    <fieldset class="segments">
      <legend class="hidden-visually">What is shown of your draft</legend>
      <For each={views()}>
        {([view, label]) => (
          <button type="button" aria-pressed={view === props.view} onClick={() => props.onView(view)}>
            {label}
          </button>
        )}
      </For>
    </fieldset>
  );
}

/** The preview or the changes; nothing while the text itself is shown. */
export function ViewOfDraft(props: { of: Draft; view: EditorView }) {
  const { state } = useApp();
  const linker = () =>
    createLinker(props.of.machine, props.of.document, Object.values(documentsOf(state, props.of.machine)));
  return (
    <Switch>
      <Match when={props.view === 'preview'}>
        <Markdown text={props.of.text} boxes="none" linker={linker()} find={undefined} onTick={undefined} />
      </Match>
      <Match when={props.view === 'changes'}>
        <Changes before={shownText(props.of.base)} after={props.of.text} />
      </Match>
    </Switch>
  );
}

function isMarkdown({ document }: Draft): boolean {
  return /\.md$/i.test(document.path);
}
