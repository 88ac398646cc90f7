/** Chips: small words about something, to read or to press. */

import type { JSX } from 'solid-js';
import type { Tone } from './tone.ts';

/** A word to read. */
export function Chip(props: { tone?: Tone; children: JSX.Element }) {
  return <span class={`chip ${props.tone ?? 'plain'}`}>{props.children}</span>;
}

/** A word to press. */
export function ChipButton(props: {
  tone?: Tone;
  label?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: JSX.Element;
}) {
  return (
    <button
      type="button"
      class={`chip ${props.tone ?? 'plain'}`}
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={() => props.onClick()}
    >
      {props.children}
    </button>
  );
}
