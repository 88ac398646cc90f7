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
} from 'solid-js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/sheet.css';
import './styles/specs.css';
import './styles/spec.css';
import type { Machine } from '#contract/machine.ts';
import { FeaturesContext } from './features/context.ts';
import { commandFeatures, features } from './features/index.ts';
import type { Place } from './features/place.ts';
import './features/settings/scheme.ts';
import { machinesByName } from './features/machines/find-machines.ts';
import { isPlace, listOf, placeOf } from './places.ts';
import { hrefTo, type Route } from './route.ts';
import { createRoute } from './router.ts';
import { MachineSwitcher } from './shell/MachineSwitcher.tsx';
import { NoMachine } from './shell/NoMachine.tsx';
import { BottomBar, SideColumn } from './shell/Places.tsx';
import { ScreenGuard } from './shell/ScreenGuard.tsx';
import { SignIn } from './shell/SignIn.tsx';
import { Strip } from './shell/Strip.tsx';
import { WishToasts } from './shell/WishToasts.tsx';
import { useApp } from './state/context.ts';
import { machinesOf } from './state/sorts.ts';
import { Icon } from './ui/icon.tsx';
import { Toast, Toasts } from './ui/toasts.tsx';
import { isWide } from './ui/wide.ts';

const SignInQuestion = lazy(async () => ({ default: (await import('./shell/SignInQuestion.tsx')).SignInQuestion }));
const Palette = lazy(async () => ({ default: (await import('./shell/Palette.tsx')).Palette }));
const Help = lazy(async () => ({ default: (await import('./shell/Help.tsx')).Help }));

export function App() {
  const app = useApp();
  return (
    <Show when={app.state.signedIn !== 'no'} fallback={<SignIn />}>
      <Show when={app.state.restored && app.state.signedIn === 'yes'}>
        <Frame />
      </Show>
    </Show>
  );
}

function Frame() {
  const app = useApp();
  const route = createRoute(isPlace);
  const [overlay, setOverlay] = createSignal<'palette' | 'help'>();
  // The machine of the route; if the address names none and the last one is gone, the first machine.
  const machine = createMemo(() => {
    const all = machinesOf(app.state);
    const named = all[route().machine ?? ''];
    return named ?? (route().isMachineNamed ? undefined : machinesByName(app.state)[0]);
  });
  const opened = createMemo(() => machine()?.id);
  createEffect(() => {
    const id = opened();
    if (id !== undefined) app.openMachine(id);
  });
  onCleanup(listenToKeys(setOverlay));
  return (
    <FeaturesContext.Provider value={commandFeatures}>
      <Around machine={machine()}>
        <div class="app">
          <header class="top-bar">
            <MachineSwitcher machine={machine()} route={route()} />
            <a
              class="button plain icon spread"
              aria-label="Settings"
              href={hrefTo({ machine: machine()?.id, place: 'settings' } as Partial<Route>)}
            >
              <Icon name="settings" />
            </a>
            <button type="button" class="button icon" aria-label="Search" onClick={() => setOverlay('palette')}>
              <Icon name="search" />
            </button>
          </header>
          <SideColumn machine={machine()} route={route()} />
          <Strip machine={machine()} />
          <Content machine={machine()} route={route()} />
          <BottomBar machine={machine()} route={route()} />
          <ScreenGuard route={route()} onClose={() => setOverlay(undefined)}>
            <Toasts>
              <WishToasts />
              <UpdateToast />
            </Toasts>
            <Suspense>
              <Show when={overlay() === 'palette'}>
                <Palette onClose={() => setOverlay(undefined)} />
              </Show>
              <Show when={app.state.signInQuestion}>{(question) => <SignInQuestion of={question()} />}</Show>
              <Show when={overlay() === 'help'}>
                <Help onClose={() => setOverlay(undefined)} />
              </Show>
            </Suspense>
          </ScreenGuard>
        </div>
      </Around>
    </FeaturesContext.Provider>
  );
}

/** On a wide screen, a list stays beside the item that is open. Otherwise one place is shown at a time. */
function Content(props: { machine: Machine | undefined; route: Route }) {
  const place = createMemo(() => placeOf(props.route));
  const list = createMemo(() => listOf(place()));
  const detail = () => (place() === list() ? undefined : place());
  return (
    <Suspense fallback={<main class="content" />}>
      <Switch>
        <Match when={props.machine === undefined && place().needs === 'machine'}>
          <main class="content">
            <NoMachine isNamed={props.route.isMachineNamed} />
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
  const ofMachine = () => (props.of.needs === 'machine' ? props.of : undefined);
  const free = () => (props.of.needs === 'machine' ? undefined : props.of);
  return (
    <ScreenGuard route={props.route}>
      <Suspense>
        <Switch>
          <Match when={free()?.screen} keyed>
            {(Shown) => <Shown machine={props.machine} route={props.route} />}
          </Match>
          <Match when={props.machine}>
            {(machine) => (
              <Show when={ofMachine()?.screen} keyed>
                {(Shown) => <Shown machine={machine()} route={props.route} />}
              </Show>
            )}
          </Match>
        </Switch>
      </Suspense>
    </ScreenGuard>
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

function UpdateToast() {
  const app = useApp();
  const [later, setLater] = createSignal(false);
  return (
    <Show when={app.state.updateReady && !later()}>
      <Toast
        text="A newer version is ready"
        action={{ label: 'Reload', run: () => app.applyUpdate() }}
        onClose={() => setLater(true)}
      />
    </Show>
  );
}

/** Handles Ctrl K and `?`, but not in text fields. Returns a function that stops it. */
function listenToKeys(open: (overlay: 'palette' | 'help') => void): () => void {
  const hear = (event: KeyboardEvent) => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open('palette');
    } else if (event.key === '?' && !typing) open('help');
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}
