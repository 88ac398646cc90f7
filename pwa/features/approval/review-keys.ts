/** The keys of a review: `j` and `k` go through the changes, `c` comments on the one that has the focus, `a`, `r` and `x` decide. */
import { onCleanup } from 'solid-js';

/** Hears single keys while the component lives; not in fields, dialogs, or with a key that the frame has used. */
export function hearKeys(keys: Readonly<Record<string, () => void>>): void {
  const hear = (event: KeyboardEvent) => {
    const { key, target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
    if (ctrlKey || metaKey || altKey || defaultPrevented || !Object.hasOwn(keys, key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (target instanceof Element && target.closest('input, textarea, select') !== null) return;
    event.preventDefault();
    keys[key]?.();
  };
  addEventListener('keydown', hear);
  onCleanup(() => removeEventListener('keydown', hear));
}

/** Moves the focus to the next (1) or previous (-1) change on the screen. */
export function goToChange(step: 1 | -1): void {
  const heads = [...document.querySelectorAll<HTMLElement>('.review-main > .diff > .diff-head')];
  const at = heads.indexOf(document.activeElement as HTMLElement);
  const next = heads[at < 0 && step < 0 ? heads.length - 1 : at + step];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'center' });
}

/** Comments on what is selected, else on the change that has the focus; false if neither is there. */
export function commentHere(): boolean {
  const selection = document.querySelector<HTMLElement>('.review-selection');
  const button = selection ?? numberOf(document.activeElement);
  button?.click();
  return button !== undefined;
}

/** The number of the first line of a change that is new, else of its first line that is there now. */
function numberOf(head: Element | null): HTMLElement | undefined {
  if (head?.matches('.diff-head') !== true) return undefined;
  const numbers: HTMLElement[] = [];
  for (
    let line = head.nextElementSibling;
    line?.matches('.diff-line, .review-comment');
    line = line.nextElementSibling
  ) {
    const number = line.querySelector<HTMLElement>('button.diff-number');
    if (number !== null) numbers.push(number);
  }
  return numbers.find((number) => number.closest('.added') !== null) ?? numbers[0];
}
