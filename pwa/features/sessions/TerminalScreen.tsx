/** A terminal: its screen as it is, what is typed into it, and how it ended. */
import { createSignal, lazy, Match, onCleanup, onMount, Show, Suspense, Switch } from 'solid-js';
import { Head } from '../../shell/Head.tsx';
import { rungs } from '../../shell/machine-status.ts';
import { useApp } from '../../state/context.ts';
import { Icon } from '../../ui/icon.tsx';
import { atTime } from '../../ui/time.ts';
import { type FollowedTerminal, followTerminal } from './follow-terminal.ts';
import { pinchType } from './pinch.ts';
import { SessionDot } from './SessionDot.tsx';
import { SessionReaders } from './SessionReaders.tsx';
import type { Session } from './sessions.ts';
import { TypingBar } from './TypingBar.tsx';
import type { TerminalView } from './terminal-view.ts';
import './terminal.css';

const TerminalActions = lazy(async () => ({ default: (await import('./TerminalActions.tsx')).TerminalActions }));
const TerminalEnd = lazy(async () => ({ default: (await import('./TerminalActions.tsx')).TerminalEnd }));

const TextSheet = lazy(async () => ({ default: (await import('./TerminalSheets.tsx')).TextSheet }));
const LinkSheet = lazy(async () => ({ default: (await import('./TerminalSheets.tsx')).LinkSheet }));
const SealedNote = lazy(async () => ({ default: (await import('./SealedNotes.tsx')).SealedNote }));
const MetStrip = lazy(async () => ({ default: (await import('./SealedNotes.tsx')).MetStrip }));
const ClearStrip = lazy(async () => ({ default: (await import('./SealedNotes.tsx')).ClearStrip }));
const SearchBar = lazy(async () => ({ default: (await import('./SearchBar.tsx')).SearchBar }));

/** A finger types elsewhere than a keyboard. */
const isTouch = matchMedia('(pointer: coarse)').matches;

export function TerminalScreen(props: { session: Session }) {
  const app = useApp();
  const followed = followTerminal(() => props.session);
  const [view, setView] = createSignal<TerminalView>();
  const [sheet, setSheet] = createSignal<'more' | 'text' | { readonly address: string }>();
  const [isSelected, setSelected] = createSignal(false);
  const [isSearching, setSearching] = createSignal(false);
  const [hasBar, setBar] = createSignal(false);
  let host: HTMLDivElement | undefined;
  let field: HTMLInputElement | undefined;
  let searchButton: HTMLButtonElement | undefined;
  let article: HTMLElement | undefined;
  app.openMachine(props.session.machine.id);
  const address = () => {
    const open = sheet();
    return typeof open === 'object' ? open.address : undefined;
  };
  const endSearch = () => {
    setSearching(false);
    if (isTouch) searchButton?.focus();
    else view()?.focus();
  };
  onMount(async () => {
    const { openView } = await import('./terminal-view.ts');
    if (host === undefined || !host.isConnected) return;
    const opened = openView(host, isTouch, {
      // What is meant for the search must not reach the program while its bar is still loaded.
      typed: (text) => (isSearching() && !hasBar() ? undefined : followed.type(text)),
      // Once the click is over, which would close what it opens.
      opened: (to) => setTimeout(() => setSheet({ address: to })),
      arranged: followed.arranged,
      selected: setSelected,
      tapped: () => field?.focus(),
      searched: () => setSearching(true),
      left: () => article?.querySelector<HTMLElement>('.head button')?.focus(),
    });
    setView(opened);
    pinchType(host, opened.pinched);
    followed.show(opened);
    if (!isTouch) opened.focus();
  });
  onMount(() => article !== undefined && onCleanup(fitAboveKeyboard(article)));
  return (
    <article class="session-screen terminal-screen" ref={article}>
      <div class="terminal-head">
        <Head title={props.session.title} line={<StatusLine session={props.session} followed={followed} />}>
          <Show when={isSelected()}>
            <button
              type="button"
              class="button"
              onClick={() => void navigator.clipboard?.writeText(view()?.selection() ?? '')}
            >
              <Icon name="copy" /> Copy
            </button>
          </Show>
          <button
            ref={searchButton}
            type="button"
            class="button plain icon"
            aria-label="Search"
            title="Search (Ctrl Shift F)"
            onClick={() => setSearching(true)}
          >
            <Icon name="search" />
          </button>
          <button type="button" class="button plain icon" aria-label="More" onClick={() => setSheet('more')}>
            <Icon name="more" />
          </button>
        </Head>
        <Suspense>
          <Show when={isSearching() && view()}>
            {(shown) => <SearchBar terminal={shown().terminal} onShown={setBar} onClose={endSearch} />}
          </Show>
        </Suspense>
      </div>
      <Caveat session={props.session} followed={followed} />
      <Suspense>
        <Show when={followed.sealedWhy()}>
          {(why) => <SealedNote machine={props.session.machine} why={why()} onAgain={followed.again} />}
        </Show>
        <Show when={followed.met()}>{(met) => <MetStrip met={met()} onSeen={followed.seen} />}</Show>
        <Show when={followed.inClear()}>
          {(state) => <ClearStrip machine={props.session.machine} state={state()} onAllow={followed.typeInClear} />}
        </Show>
      </Suspense>
      <div class="terminal-host" ref={host} />
      <Show when={followed.refused()}>
        {(why) => (
          <p class="strip terminal-refused" role="alert">
            {why()}
          </p>
        )}
      </Show>
      <Show
        when={props.session.end === undefined}
        fallback={
          <Suspense>
            <TerminalEnd session={props.session} />
          </Suspense>
        }
      >
        <Show when={isTouch}>
          <TypingBar
            ref={(element) => (field = element)}
            isApplication={() => view()?.isApplication() ?? false}
            lost={followed.lost()}
            onType={followed.type}
            onPaste={(text) => view()?.paste(text)}
          />
        </Show>
      </Show>
      <Suspense>
        <Show when={sheet() === 'more'}>
          <TerminalActions
            session={props.session}
            onText={() => setSheet('text')}
            onClose={() => setSheet(undefined)}
          />
        </Show>
        <Show when={sheet() === 'text'}>
          <TextSheet text={view()?.text() ?? ''} onClose={() => setSheet(undefined)} />
        </Show>
        <Show when={address()}>{(to) => <LinkSheet address={to()} onClose={() => setSheet(undefined)} />}</Show>
      </Suspense>
    </article>
  );
}

/** On a phone the screen ends where the keyboard begins. */
function fitAboveKeyboard(article: HTMLElement): () => void {
  const seen = window.visualViewport;
  const fit = () => {
    article.style.setProperty('--seen-height', `${seen?.height ?? innerHeight}px`);
    article.style.setProperty('--seen-top', `${seen?.offsetTop ?? 0}px`);
  };
  fit();
  seen?.addEventListener('resize', fit);
  seen?.addEventListener('scroll', fit);
  return () => {
    seen?.removeEventListener('resize', fit);
    seen?.removeEventListener('scroll', fit);
  };
}

/** Where it is and who is in it, as far as there is room; on which rung it is heard, the round trip, and the size. */
function StatusLine(props: { session: Session; followed: FollowedTerminal }) {
  const { state } = useApp();
  const ms = () => props.followed.roundTrip();
  const size = () => props.followed.size();
  const heardHow = () => {
    const { rung } = state.connection;
    if (props.session.end !== undefined) return props.session.end;
    if (rung === 'offline') return rungs.offline;
    if (props.session.state === 'lost') return 'offline';
    return props.followed.isHeard() ? rungs[rung] : 'opening…';
  };
  return (
    <>
      <SessionDot session={props.session} />
      <span class="terminal-status">
        <span class="terminal-where">
          {props.session.machine.name}
          <SessionReaders session={props.session} />
          {' · '}
          <span class="mono">{props.session.folder}</span>
        </span>
        <span class="terminal-apart"> · </span>
        <span>
          {heardHow()}
          <Show when={props.session.record.seal}> · sealed</Show>
          <Show when={props.session.state === 'running' && ms()}>
            {(taken) => <span class="terminal-ms"> · {taken()} ms</span>}
          </Show>
          <Show when={props.session.end === undefined && size()}>
            {(now) => (
              <span class="terminal-size">
                {' · '}
                {now().cols} × {now().rows}
              </span>
            )}
          </Show>
        </span>
      </span>
    </>
  );
}

/** What is shown may be old: since when. */
function Caveat(props: { session: Session; followed: FollowedTerminal }) {
  const { state } = useApp();
  const { keptAt, isHeard, isGone } = props.followed;
  const heardAt = () => state.connection.heardAt;
  const since = () => {
    const { status, lastSeenAt, statusSince } = props.session.machine;
    return keptAt() ?? (status === 'online' ? heardAt() : (lastSeenAt ?? statusSince));
  };
  return (
    <Switch>
      <Match when={state.connection.rung === 'offline' || props.session.state === 'lost'}>
        <p class="strip" role="status">
          {state.connection.rung === 'offline' ? 'No connection' : `${props.session.machine.name} is offline`}
          <Show when={(keptAt() !== undefined || isHeard()) && since()} fallback={' · this screen is not kept here'}>
            {(at) => <> · the screen as it was at {atTime(at())}</>}
          </Show>
        </p>
      </Match>
      <Match when={isGone() && props.session.end !== undefined}>
        <p class="strip" role="status">
          <Show when={keptAt()} fallback="Its output is not kept any more: it goes 7 days after the end.">
            {(at) => <>The screen as it was at {atTime(at())}</>}
          </Show>
        </p>
      </Match>
    </Switch>
  );
}
