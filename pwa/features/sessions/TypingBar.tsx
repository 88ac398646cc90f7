/** The foot of a terminal on a touch screen: a bar of keys, and a field of our own for text. xterm's hidden field doubles words on Android (xterm.js #3600). */

import send from 'lucide-static/icons/arrow-up.svg?raw';
import paste from 'lucide-static/icons/clipboard-paste.svg?raw';
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import { Drawing } from '../../ui/icon.tsx';
import { type Held, isNamedKey, type NamedKey, sequenceOf, typedBetween, typedWith } from './key-sequences.ts';

const named: readonly (readonly [key: NamedKey, label: string, spoken: string])[] = [
  ['ArrowUp', '↑', 'Up'],
  ['ArrowDown', '↓', 'Down'],
  ['ArrowLeft', '←', 'Left'],
  ['ArrowRight', '→', 'Right'],
];

export interface TypingBarProps {
  readonly isApplication: () => boolean;
  /** How often something that was typed has not arrived. */
  readonly lost: number;
  readonly onType: (text: string) => void;
  readonly onPaste: (text: string) => void;
  readonly ref: (field: HTMLInputElement) => void;
}

export function TypingBar(props: TypingBarProps) {
  const [held, setHeld] = createSignal<Held>({ ctrl: false, alt: false });
  const [pasting, setPasting] = createSignal(false);
  let field: HTMLInputElement | undefined;
  /** What the field held when it was sent last. */
  let sent = '';

  const clear = () => {
    sent = '';
    if (field !== undefined) field.value = '';
  };
  // The program has another line than the field: nothing is said of it.
  createEffect(on(() => props.lost, clear, { defer: true }));
  const release = () => setHeld({ ctrl: false, alt: false });
  const press = (key: NamedKey) => {
    props.onType(sequenceOf(key, held(), props.isApplication()));
    release();
    // The program's line is another one now.
    clear();
  };
  const input = () => {
    setPasting(false);
    const now = field?.value ?? '';
    const text = typedBetween(sent, now);
    const { ctrl, alt } = held();
    sent = now;
    if (text === '') return;
    props.onType(ctrl || alt ? typedWith(text, held()) : text);
    if (!ctrl && !alt) return;
    release();
    clear();
  };
  const keydown = (event: KeyboardEvent) => {
    if (event.isComposing || !isNamedKey(event.key) || event.key === 'Tab') return;
    // With text in the field, deleting is an input.
    if (event.key === 'Backspace' && sent !== '') return;
    event.preventDefault();
    press(event.key);
  };
  const pasteNow = async () => {
    const text = await navigator.clipboard?.readText?.().catch(() => undefined);
    if (text !== undefined) props.onPaste(text);
    else {
      setPasting(true);
      field?.focus();
    }
    clear();
  };
  const Key = (key: { label: string; spoken?: string; run: () => void; pressed?: boolean }) => (
    // The field keeps the focus, and the keyboard stays.
    <button
      type="button"
      class="key"
      aria-label={key.spoken}
      aria-pressed={key.pressed}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => key.run()}
    >
      <span class="key-cap">{key.label}</span>
    </button>
  );
  return (
    <div class="typing">
      <div class="keys" role="toolbar" aria-label="Keys">
        <Key label="esc" run={() => press('Escape')} />
        <Key label="tab" run={() => press('Tab')} />
        <Key label="ctrl" pressed={held().ctrl} run={() => setHeld(({ ctrl, alt }) => ({ ctrl: !ctrl, alt }))} />
        <Key label="alt" pressed={held().alt} run={() => setHeld(({ ctrl, alt }) => ({ ctrl, alt: !alt }))} />
        <For each={named}>{([key, label, spoken]) => <Key label={label} spoken={spoken} run={() => press(key)} />}</For>
        <For each={['|', '/']}>
          {(text) => (
            <Key
              label={text}
              spoken={text === '|' ? 'Bar' : 'Slash'}
              run={() => {
                props.onType(typedWith(text, held()));
                release();
                clear();
              }}
            />
          )}
        </For>
      </div>
      <form
        class="typing-line"
        onSubmit={(event) => {
          event.preventDefault();
          press('Enter');
        }}
      >
        <button
          type="button"
          class="button plain icon"
          aria-label="Paste"
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => void pasteNow()}
        >
          <Drawing svg={paste} />
        </button>
        <input
          ref={(element) => {
            field = element;
            props.ref(element);
          }}
          class="field"
          type="text"
          aria-label="Type into the terminal"
          placeholder={pasting() ? 'Paste here' : held().ctrl ? 'ctrl + …' : held().alt ? 'alt + …' : 'Type here'}
          autocomplete="off"
          autocapitalize="off"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="enter"
          onInput={input}
          onKeyDown={keydown}
          onPaste={(event) => {
            event.preventDefault();
            setPasting(false);
            props.onPaste(event.clipboardData?.getData('text') ?? '');
            clear();
          }}
        />
        <button type="submit" class="typing-send" aria-label="Enter" onPointerDown={(event) => event.preventDefault()}>
          <Drawing svg={send} />
        </button>
      </form>
      <Show when={pasting()}>
        <p class="small soft typing-note">This browser lets no app read what was copied: paste it into the field.</p>
      </Show>
    </div>
  );
}
