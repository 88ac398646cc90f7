/** Rows with hairlines between them, from edge to edge of their column. */
import { type JSX, Match, Show, Switch } from 'solid-js';
import './rows.css';

/** A list of rows; `label` names it for readers of the screen. */
export function Rows(props: { label?: string; children: JSX.Element }) {
  return (
    <ul class="rows" aria-label={props.label}>
      {props.children}
    </ul>
  );
}

/** One row: with `href` it leads somewhere, with `onClick` it opens something, else it is to be read. */
export function Row(props: {
  href?: string;
  onClick?: () => void;
  /** It is what the column beside shows. */
  isCurrent?: boolean;
  /** Before the title: a dot, an icon. */
  lead?: JSX.Element;
  title: JSX.Element;
  note?: JSX.Element;
  /** At the end of the line: a time, a count, a button. */
  end?: JSX.Element;
}) {
  const inside = () => (
    <>
      <Show when={props.lead}>{(lead) => <span class="row-lead">{lead()}</span>}</Show>
      <span class="row-words">
        <span class="row-title">{props.title}</span>
        <Show when={props.note}>{(note) => <span class="row-note">{note()}</span>}</Show>
      </span>
      <Show when={props.end}>{(end) => <span class="row-end">{end()}</span>}</Show>
    </>
  );
  return (
    <li>
      <Switch fallback={<div class="row-line">{inside()}</div>}>
        <Match when={props.href}>
          {(href) => (
            <a class="row-line" href={href()} aria-current={props.isCurrent ? 'page' : undefined}>
              {inside()}
            </a>
          )}
        </Match>
        <Match when={props.onClick}>
          {(click) => (
            <button type="button" class="row-line" aria-haspopup="dialog" onClick={() => click()()}>
              {inside()}
            </button>
          )}
        </Match>
      </Switch>
    </li>
  );
}
