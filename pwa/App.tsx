/** The frame of all screens: the chosen machine and place, and the state of the connection. */
import {
  createEffect,
  createMemo,
  createSignal,
  type JSX,
  lazy,
  Match,
  onCleanup,
  Show,
  Suspense,
  Switch,
  untrack,
} from 'solid-js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/sheet.css';
import './styles/specs.css';
import './styles/spec.css';
import type { Machine } from '#contract/machine.ts';
import { features } from './features/index.ts';
import type { Place } from './features/place.ts';
import './features/settings/scheme.ts';
import { isPlace, listOf, placeOf, waitingPlace } from './places.ts';
import { hrefTo, type Route } from './route.ts';
import { createRoute, goTo, isAtStart, lastPlace, navigate, rememberPlace } from './router.ts';
import { machinesByName } from './shell/find-machines.ts';
import { FrameContext, type Panel, PlaceContext, useFrame } from './shell/frame.ts';
import { Head } from './shell/Head.tsx';
import { hasCaveat } from './shell/machine-status.ts';
import { BottomBar, SideColumn } from './shell/Places.tsx';
import { ScreenGuard } from './shell/ScreenGuard.tsx';
import { keepScrollPlaces } from './shell/scroll-place.ts';
import { listenToKeys } from './shell/shortcuts.ts';
import { useApp } from './state/context.ts';
import { areMachinesRead } from './state/facts/reading.ts';
import { machinesOf } from './state/facts/sorts.ts';
import { Skeleton } from './ui/skeleton.tsx';
import { clock } from './ui/time.ts';
import { Toast, Toasts } from './ui/toasts.tsx';
import { isWide } from './ui/wide.ts';

const NoMachine = lazy(async () => ({ default: (await import('./shell/NoMachine.tsx')).NoMachine }));
const Strip = lazy(async () => ({ default: (await import('./shell/Strip.tsx')).Strip }));
const Receipt = lazy(async () => ({ default: (await import('./shell/Receipt.tsx')).Receipt }));
const SignIn = lazy(async () => ({ default: (await import('./shell/SignIn.tsx')).SignIn }));
const SignInQuestion = lazy(async () => ({ default: (await import('./shell/SignInQuestion.tsx')).SignInQuestion }));
const Palette = lazy(async () => ({ default: (await import('./shell/Palette.tsx')).Palette }));
const Switcher = lazy(async () => ({ default: (await import('./shell/Switcher.tsx')).Switcher }));
const Help = lazy(async () => ({ default: (await import('./shell/Help.tsx')).Help }));

const conflict = features.find((feature) => feature.conflict !== undefined)?.conflict;

export function App() {
  const app = useApp();
  return (
    <Show
      when={app.state.signedIn !== 'no'}
      fallback={
        <Suspense>
          <SignIn />
        </Suspense>
      }
    >
      <Show when={app.state.restored && app.state.signedIn === 'yes'}>
        <Frame />
      </Show>
    </Show>
  );
}

function Frame() {
  const app = useApp();
  const route = createRoute(isPlace);
  const [panel, setPanel] = createSignal<Panel>();
  // The machine of the route; if the address names none and the last one is gone, the first machine.
  const machine = createMemo(() => {
    const all = machinesOf(app.state);
    const named = all[route().machine ?? ''];
    return named ?? (route().isMachineNamed ? undefined : machinesByName(app.state)[0]);
  });
  const shown = () => (placeOf(route()).needs === 'machine' || route().isMachineNamed ? machine() : undefined);
  const opened = createMemo(() => machine()?.id);
  createEffect(() => {
    const id = opened();
    if (id !== undefined) app.openMachine(id);
  });
  const given = features.flatMap(({ useWaiting }) => useWaiting?.() ?? []);
  const waiting = createMemo(() => given.flatMap((lines) => lines()).sort((a, b) => b.since - a.since));
  keepScrollPlaces();
  onCleanup(
    listenToKeys({
      open: setPanel,
      go: (place) =>
        navigate({
          place,
          ...(placeOf({ place }).needs === 'machine' ? { machine: machine()?.id } : {}),
        } as Partial<Route>),
    }),
  );
  return (
    <FrameContext.Provider value={{ route, machine, shown, waiting, open: setPanel }}>
      <Around machine={machine()}>
        <FirstPlace />
        <div class="app">
          <button
            type="button"
            class="skip-link"
            onClick={() => document.querySelector<HTMLElement>('main h1')?.focus()}
          >
            Skip to the content
          </button>
          <SideColumn />
          <Show when={hasCaveat(app.state, shown())}>
            <Suspense>
              <Strip machine={shown()} />
            </Suspense>
          </Show>
          <Content machine={machine()} route={route()} />
          <BottomBar />
          <ScreenGuard route={route()} onClose={() => setPanel(undefined)}>
            <Toasts>
              <Show when={app.state.wishes.length > 0}>
                <Suspense>
                  <Receipt conflict={conflict} />
                </Suspense>
              </Show>
              <Show when={clock() - (app.state.wishes[0]?.sentAt ?? 0) > receiptMs}>
                <UpdateToast />
              </Show>
            </Toasts>
            <Suspense>
              <Show when={panel() === 'palette'}>
                <Palette onClose={() => setPanel(undefined)} />
              </Show>
              <Show when={panel() === 'switcher'}>
                <Switcher onClose={() => setPanel(undefined)} />
              </Show>
              <Show when={app.state.signInQuestion}>{(question) => <SignInQuestion of={question()} />}</Show>
              <Show when={panel() === 'help'}>
                <Help onClose={() => setPanel(undefined)} />
              </Show>
            </Suspense>
          </ScreenGuard>
        </div>
      </Around>
    </FrameContext.Provider>
  );
}

/** Opens the app where something waits, else where it was left; and notes where that is. */
function FirstPlace() {
  const { route } = useFrame();
  const count = waitingPlace?.entry.useCount?.();
  if (isAtStart()) {
    const last = lastPlace();
    if (untrack(() => (count?.() ?? 0) > 0)) navigate({ place: waitingPlace?.name ?? '' }, { replace: true });
    else if (last !== undefined) goTo(last, { replace: true });
  }
  createEffect(() =>
    rememberPlace(hrefTo({ ...route(), machine: route().isMachineNamed ? route().machine : undefined } as Route)),
  );
  return null;
}

/** On a wide screen, a list stays beside the item that is open. Otherwise one place is shown at a time. */
function Content(props: { machine: Machine | undefined; route: Route }) {
  const app = useApp();
  const place = createMemo(() => placeOf(props.route));
  const list = createMemo(() => listOf(place()));
  const detail = () => (place() === list() ? undefined : place());
  return (
    <Suspense fallback={<main class="content" />}>
      <Switch>
        <Match when={props.machine === undefined && place().needs === 'machine'}>
          <main class="content">
            <Show
              when={areMachinesRead(app.state)}
              fallback={
                <>
                  <Head title="Sallyport" />
                  <Skeleton text="Reading your machines…" />
                </>
              }
            >
              <NoMachine isNamed={props.route.isMachineNamed} />
            </Show>
          </main>
        </Match>
        <Match when={list()}>
          {(shown) => (
            <main class="content columns" classList={{ 'with-detail': isWide() && detail() !== undefined }}>
              <Show when={isWide() || detail() === undefined}>
                <div class="column">
                  <Screen of={shown()} {...props} />
                </div>
              </Show>
              <Show when={detail()}>
                {(beside) => (
                  <div class="column detail">
                    <Screen of={beside()} {...props} />
                  </div>
                )}
              </Show>
            </main>
          )}
        </Match>
        <Match when={true}>
          <main class="content">
            <Screen of={place()} {...props} />
          </main>
        </Match>
      </Switch>
    </Suspense>
  );
}

function Screen(props: { of: Place; machine: Machine | undefined; route: Route }) {
  return (
    // Keyed: what is below knows the place that it is drawn for.
    <Show when={props.of} keyed>
      {(place) => (
        <PlaceContext.Provider value={place}>
          <ScreenGuard route={props.route}>
            <Suspense>
              {place.needs === 'machine' ? (
                <Show when={props.machine}>
                  {(machine) => <place.screen machine={machine()} route={props.route} />}
                </Show>
              ) : (
                <place.screen machine={props.machine} route={props.route} />
              )}
            </Suspense>
          </ScreenGuard>
        </PlaceContext.Provider>
      )}
    </Show>
  );
}

/** What features put around everything, one in another. */
function Around(props: { machine: Machine | undefined; children: JSX.Element }) {
  const draw = features
    .flatMap(({ around }) => around ?? [])
    .reduceRight<() => JSX.Element>(
      (inner, Each) => () => <Each machine={props.machine}>{inner()}</Each>,
      () => props.children,
    );
  return draw();
}

/** A receipt has been read by then, in ms. */
const receiptMs = 60_000;
/** Who has not typed for so long, in ms, does not type; the draft is kept over a reload. */
const typingMs = 5 * 60_000;

/** Waits for what is being typed: a newer app begins with a reload. */
function UpdateToast() {
  const app = useApp();
  const [later, setLater] = createSignal(false);
  const isTyping = () => Object.values(app.state.drafts).some(({ changedAt }) => clock() - changedAt < typingMs);
  return (
    <Show when={app.state.updateReady && !later() && !isTyping()}>
      <Toast
        text="A newer version is ready"
        actions={[{ label: 'Reload', run: () => app.applyUpdate() }]}
        onClose={() => setLater(true)}
      />
    </Show>
  );
}
