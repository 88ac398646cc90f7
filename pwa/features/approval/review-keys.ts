/** The keys of a review: `j` and `k` go from change to change, `c` comments, `a`, `r` and `x` lead to the decision, which is then confirmed. */

const decisions: Readonly<Record<string, string>> = { a: 'approve', r: 'needs-revision', x: 'reject' };

/** Listens outside of text fields and open dialogs. Returns a function that stops it. */
export function listenToReviewKeys(): () => void {
  const hear = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
    const { key } = event;
    if (key === 'j' || key === 'k') go(key === 'j' ? 1 : -1);
    else if (key === 'c')
      focusFirst('.diff-head:focus ~ .diff-line button.diff-number, button.diff-number, .review-comments .button');
    // Only the focus: Enter confirms, so that no single key decides.
    else if (Object.hasOwn(decisions, key)) focusFirst(`[data-decide="${decisions[key]}"]`);
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}

function go(by: number): void {
  const hunks = [...document.querySelectorAll<HTMLElement>('.review .diff-head')];
  const at = hunks.indexOf(document.activeElement as HTMLElement);
  const next = hunks[Math.min(Math.max(at + by, 0), hunks.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: 'start' });
}

function focusFirst(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog[open]') !== null;
}
