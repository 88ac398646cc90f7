/** Two people wrote one document: theirs, mine, or both merged by paragraph; and what was typed can always be kept as a draft. */
import { createMemo, createSignal, For, Index, type JSX, onCleanup, onMount, Show } from 'solid-js';
import type { Wish } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { send } from '../editing.ts';
import { Changes, visible } from './Changes.tsx';
import { type Choice, type MergePart, mergedText, mergeTexts } from './merge.ts';
import { draftOf, type TextVersions, versionsOf } from './text-conflict.ts';
import { editsBetween, shownText } from './text-edits.ts';
import './editor.css';
import { machinesOf } from '../../state/facts/sorts.ts';

interface TextConflictProps {
  readonly wish: Wish;
  readonly onClose: () => void;
}

/** The file's new body is on its way from the machine: how often it is looked for. */
const lookMs = 700;

export function TextConflict(props: TextConflictProps) {
  const app = useApp();
  const machine = () => machinesOf(app.state)[props.wish.machine]?.name ?? 'the machine';
  const [versions, setVersions] = createSignal<TextVersions>();
  const look = async () => {
    const found = await versionsOf(app, props.wish);
    // What is once shown stays: a later save is another conflict, and does not change what somebody is reading.
    if (found !== undefined) setVersions((before) => before ?? found);
  };
  onMount(look);
  const timer = setInterval(() => versions() === undefined && void look(), lookMs);
  onCleanup(() => clearInterval(timer));

  const leave = () => {
    app.dismiss(props.wish.id);
    props.onClose();
  };
  const keepMine = async () => {
    const mine = versions()?.mine ?? (await draftOf(app, props.wish));
    if (mine !== undefined) await app.keepDraft({ ...mine, wish: undefined });
    leave();
  };
  return (
    <Sheet title="The file has changed" wide onClose={props.onClose}>
      <div class="conflict">
        <p>
          “{fileOf(props.wish)}” was saved on {machine()} while you were writing. Nothing is lost: choose which text to
          keep.
        </p>
        <Show
          when={versions()}
          fallback={
            <>
              <p class="soft">Loading the saved version…</p>
              <Foot onKeep={() => void keepMine()} />
            </>
          }
        >
          {(found) => (
            <Ways
              {...found()}
              wish={props.wish}
              onKeep={() => void keepMine()}
              onLeave={leave}
              onClose={props.onClose}
            />
          )}
        </Show>
      </div>
    </Sheet>
  );
}

type Way = 'merged' | 'mine' | 'theirs';
const ways = { merged: 'Merged', mine: 'Mine', theirs: 'Theirs' } as const;

interface WaysProps extends TextVersions {
  readonly wish: Wish;
  readonly onKeep: () => void;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

function Ways(props: WaysProps) {
  const app = useApp();
  const [way, setWay] = createSignal<Way>('merged');
  const [choices, setChoices] = createSignal<readonly (Choice | undefined)[]>([]);
  const base = shownText(props.mine.base);
  const theirs = shownText(props.theirs);
  const parts = mergeTexts(base, props.mine.text, theirs);
  const clashes = parts.filter((part) => part.is === 'clash');
  const open = () => clashes.filter((_, index) => choices()[index] === undefined).length;
  const merged = createMemo(() => mergedText(parts, choices()));
  const text = () => ({ merged: merged(), mine: props.mine.text, theirs })[way()];
  const choose = (at: number, choice: Choice) =>
    setChoices((before) => clashes.map((_, index) => (index === at ? choice : before[index])));

  /** What the file holds already needs no command, and what was typed is in it or was let go. */
  function apply(chosen: string): void {
    const { mine, theirs: exact, rev, wish } = props;
    const edits = editsBetween(exact, chosen);
    if (edits.length === 0) app.dropDraft(draftKey(mine.machine, mine.document));
    else {
      const { content: _, ...args } = wish.args;
      const draft = { ...mine, document: { ...mine.document, rev }, base: exact, text: chosen, changedAt: Date.now() };
      send(app, wish.machine, wish.kind, { ...args, edits } as never, { ifRev: rev, draft });
    }
    props.onLeave();
  }
  const words = () => {
    if (way() === 'theirs') return 'Use theirs, discard mine';
    if (way() === 'mine') return 'Save mine over theirs';
    return open() > 0 ? `Decide ${open()} of ${clashes.length}` : 'Save merged';
  };
  return (
    <>
      <fieldset class="segments">
        <legend class="hidden-visually">Which text to keep</legend>
        <For each={Object.entries(ways) as [Way, string][]}>
          {([name, label]) => (
            <button type="button" aria-pressed={way() === name} onClick={() => setWay(name)}>
              {label}
            </button>
          )}
        </For>
      </fieldset>
      <Show when={way() === 'merged'}>
        <Clashes clashes={clashes} choices={choices()} onChoose={choose} />
      </Show>
      <Show when={text()}>
        {(chosen) => (
          <>
            <h3>{way() === 'theirs' ? 'How theirs differs from your text' : 'What will change in the file'}</h3>
            <Changes before={way() === 'theirs' ? props.mine.text : theirs} after={chosen()} />
          </>
        )}
      </Show>
      <Foot onKeep={props.onKeep}>
        <button
          type="button"
          class="button primary"
          disabled={text() === undefined}
          onClick={() => apply(text() ?? theirs)}
        >
          {words()}
        </button>
      </Foot>
    </>
  );
}

function Clashes(props: {
  clashes: readonly MergePart[];
  choices: readonly (Choice | undefined)[];
  onChoose: (at: number, choice: Choice) => void;
}) {
  return (
    <Show
      when={props.clashes.length > 0}
      fallback={<p class="soft">You changed different paragraphs, so both versions can be kept.</p>}
    >
      <Index each={props.clashes}>
        {(clash, at) => (
          <section class="clash" aria-label={`Paragraph ${at + 1} of ${props.clashes.length} that both changed`}>
            <div class="clash-sides">
              <Side title="Theirs" part={clash()} side="theirs" />
              <Side title="Mine" part={clash()} side="mine" />
            </div>
            <div class="segments">
              <For each={['theirs', 'mine', 'both'] as const}>
                {(choice) => (
                  <button
                    type="button"
                    aria-pressed={props.choices[at] === choice}
                    onClick={() => props.onChoose(at, choice)}
                  >
                    {{ theirs: 'Theirs', mine: 'Mine', both: 'Both' }[choice]}
                  </button>
                )}
              </For>
            </div>
          </section>
        )}
      </Index>
    </Show>
  );
}

function Side(props: { title: string; part: MergePart; side: 'mine' | 'theirs' }) {
  const text = () => (props.part.is === 'clash' ? props.part[props.side].trimEnd() : '');
  return (
    <div>
      <h3 class="soft">{props.title}</h3>
      <pre>{text() === '' ? '(removed)' : visible(text())}</pre>
    </div>
  );
}

function Foot(props: { onKeep: () => void; children?: JSX.Element }) {
  return (
    <div class="row wrap sheet-foot">
      {props.children}
      <button type="button" class="button" onClick={() => props.onKeep()}>
        Keep mine as a draft
      </button>
    </div>
  );
}

function fileOf({ kind, args }: Wish): string {
  return kind === 'steering-write' ? `${args.document}.md` : String(args.document);
}
