/** The head of a screen: where one is, the way back, and what can be done with all of it. It names the page, and takes the focus when the screen is opened. */
import { createEffect, type JSX, Show, useContext } from 'solid-js';
import { arrived, goBack } from '../router.ts';
import { Icon } from '../ui/icon.tsx';
import { isWide } from '../ui/wide.ts';
import { PlaceContext, useFrame } from './frame.ts';

/** The navigation whose screen has taken the focus. */
let focusedFor: unknown = arrived();

export function Head(props: {
  title: string;
  /** Above the title: what this is a part of. */
  crumb?: JSX.Element;
  /** The title opens the list of projects and machines. */
  isChoice?: boolean;
  /** Below the title: the state of what is shown. */
  line?: JSX.Element;
  /** Buttons at the end of the first line. */
  children?: JSX.Element;
}) {
  const frame = useFrame();
  const place = useContext(PlaceContext);
  let heading: HTMLHeadingElement | undefined;
  // A list that stays beside what was opened from it does not name the page.
  const isCurrent = () => place === undefined || frame.route().place === place.name;
  createEffect(() => {
    if (isCurrent()) document.title = `${props.title} · Sallyport`;
  });
  createEffect(() => {
    const arrival = arrived();
    if (!isCurrent() || focusedFor === arrival) return;
    focusedFor = arrival;
    // After what was open above it has given the focus back.
    queueMicrotask(() => {
      if (arrival.by === 'forward') heading?.focus({ preventScroll: true });
    });
  });
  const back = () => (
    <Show when={place?.under}>
      {(under) => (
        <button
          type="button"
          class="button plain icon head-back"
          aria-label="Back"
          onClick={() => goBack({ ...frame.route(), place: under(), item: undefined })}
        >
          <Icon name="back" />
        </button>
      )}
    </Show>
  );
  const title = () => (
    <h1 ref={heading} tabindex="-1" aria-level={isCurrent() ? undefined : 2}>
      <Show when={props.isChoice} fallback={props.title}>
        <button type="button" class="head-choice" aria-haspopup="dialog" onClick={() => frame.open('switcher')}>
          <span>{props.title}</span> <Icon name="down" />
        </button>
      </Show>
    </h1>
  );
  return (
    <header class="head">
      <div class="head-line">
        {back()}
        <Show when={props.crumb} fallback={title()}>
          {(crumb) => <p class="head-crumb">{crumb()}</p>}
        </Show>
        <span class="head-actions">
          {props.children}
          <Show when={!isWide() && place?.under === undefined}>
            <button type="button" class="button plain icon" aria-label="Search" onClick={() => frame.open('palette')}>
              <Icon name="search" />
            </button>
          </Show>
        </span>
      </div>
      <Show when={props.crumb}>{title()}</Show>
      <Show when={props.line}>{(line) => <p class="head-state">{line()}</p>}</Show>
    </header>
  );
}
