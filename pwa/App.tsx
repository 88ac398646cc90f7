/** The frame of all screens: which machine, which place, and what is true of the connection. */
import { createEffect, createMemo, createSignal, lazy, Match, onCleanup, Show, Suspense, Switch } from 'solid-js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/sheet.css';
import './styles/specs.css';
import './styles/spec.css';
import type { Machine } from '#contract/machine.ts';
import { createMachineSpecs, SpecsContext } from './features/machine-specs.ts';
import './features/scheme.ts';
import { machinesByName } from './features/find-machines.ts';
import { hrefTo, type Place, type Route } from './route.ts';
import { createRoute } from './router.ts';
import { useApp } from './state/context.ts';
import { documentsOf, machinesOf } from './state/sorts.ts';
import { Icon } from './ui/icon.tsx';
import { Toast, Toasts } from './ui/toasts.tsx';
import { isWide } from './ui/wide.ts';
import { MachineSwitcher } from './views/MachineSwitcher.tsx';
import { NoMachine } from './views/NoMachine.tsx';
import { BottomBar, SideColumn } from './views/Places.tsx';
import { ScreenGuard } from './views/ScreenGuard.tsx';
import { SignIn } from './views/SignIn.tsx';
import { Specs } from './views/Specs.tsx';
import { Strip } from './views/Strip.tsx';
import { WishToasts } from './views/WishToasts.tsx';

const Spec = lazy(async () => ({ default: (await import('./views/Spec.tsx')).Spec }));
const Documents = lazy(async () => ({ default: (await import('./views/Documents.tsx')).Documents }));
const Document = lazy(async () => ({ default: (await import('./views/Document.tsx')).Document }));
const Machines = lazy(async () => ({ default: (await import('./views/Machines.tsx')).Machines }));
const Keys = lazy(async () => ({ default: (await import('./views/Keys.tsx')).Keys }));
const Sessions = lazy(async () => ({ default: (await import('./views/Sessions.tsx')).Sessions }));
const Members = lazy(async () => ({ default: (await import('./views/Members.tsx')).Members }));
const Audit = lazy(async () => ({ default: (await import('./views/Audit.tsx')).Audit }));
const Profile = lazy(async () => ({ default: (await import('./views/Profile.tsx')).Profile }));
const Pair = lazy(async () => ({ default: (await import('./views/Pair.tsx')).Pair }));
const Inbox = lazy(async () => ({ default: (await import('./views/Inbox.tsx')).Inbox }));
const Activity = lazy(async () => ({ default: (await import('./views/Activity.tsx')).Activity }));
const Settings = lazy(async () => ({ default: (await import('./views/Settings.tsx')).Settings }));
const SignInQuestion = lazy(async () => ({ default: (await import('./views/SignInQuestion.tsx')).SignInQuestion }));
const Palette = lazy(async () => ({ default: (await import('./views/Palette.tsx')).Palette }));
const Help = lazy(async () => ({ default: (await import('./views/Help.tsx')).Help }));

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
  const route = createRoute();
  const [overlay, setOverlay] = createSignal<'palette' | 'help'>();
  // The machine of the route; where the address names none, and the last one is gone, the first that is there.
  const machine = createMemo(() => {
    const all = machinesOf(app.state);
    const named = all[route().machine ?? ''];
    return named ?? (route().isMachineNamed ? undefined : machinesByName(app.state)[0]);
  });
  const specs = createMachineSpecs(() => documentsOf(app.state, machine()?.id ?? ''));
  const opened = createMemo(() => machine()?.id);
  createEffect(() => {
    const id = opened();
    if (id !== undefined) app.openMachine(id);
  });
  onCleanup(listenToKeys(setOverlay));
  return (
    <SpecsContext.Provider value={specs}>
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
    </SpecsContext.Provider>
  );
}

/** What is to be seen without any machine. */
const placesOfPeople: readonly Place[] = [
  'audit',
  'keys',
  'machines',
  'members',
  'pair',
  'profile',
  'sessions',
  'settings',
];

/** Specs keep their column beside a spec where there is room; elsewhere one thing at a time is shown. */
function Content(props: { machine: Machine | undefined; route: Route }) {
  const atSpecs = () => props.route.place === 'specs' || props.route.place === 'spec';
  const beside = () => isWide() && props.route.place === 'spec';
  return (
    <Suspense fallback={<main class="content" />}>
      <Switch>
        <Match when={props.machine === undefined && !placesOfPeople.includes(props.route.place)}>
          <main class="content">
            <NoMachine isNamed={props.route.isMachineNamed} />
          </main>
        </Match>
        <Match when={atSpecs() && props.machine}>
          {(machine) => (
            <main class="content columns" classList={{ 'with-detail': beside() }}>
              <Show when={isWide() || props.route.place === 'specs'}>
                <div class="column">
                  <ScreenGuard route={props.route}>
                    <Specs machine={machine()} route={props.route} />
                  </ScreenGuard>
                </div>
              </Show>
              <Show when={props.route.place === 'spec'}>
                <div class="column detail">
                  <ScreenGuard route={props.route}>
                    <Suspense>
                      <Spec machine={machine()} route={props.route} />
                    </Suspense>
                  </ScreenGuard>
                </div>
              </Show>
            </main>
          )}
        </Match>
        <Match when={true}>
          <main class="content">
            <ScreenGuard route={props.route}>
              <OtherPlace machine={props.machine} route={props.route} />
            </ScreenGuard>
          </main>
        </Match>
      </Switch>
    </Suspense>
  );
}

function OtherPlace(props: { machine: Machine | undefined; route: Route }) {
  return (
    <Switch>
      <Match when={props.route.place === 'documents' && props.machine}>
        {(machine) => <Documents machine={machine()} route={props.route} />}
      </Match>
      <Match when={props.route.place === 'document' && props.machine}>
        {(machine) => <Document machine={machine()} route={props.route} />}
      </Match>
      <Match when={props.route.place === 'machines'}>
        <Machines />
      </Match>
      <Match when={props.route.place === 'keys'}>
        <Keys />
      </Match>
      <Match when={props.route.place === 'sessions'}>
        <Sessions />
      </Match>
      <Match when={props.route.place === 'members'}>
        <Members />
      </Match>
      <Match when={props.route.place === 'profile'}>
        <Profile />
      </Match>
      <Match when={props.route.place === 'audit'}>
        <Audit query={props.route.query} />
      </Match>
      <Match when={props.route.place === 'pair'}>
        <Pair code={props.route.item} />
      </Match>
      <Match when={props.route.place === 'inbox'}>
        <Inbox />
      </Match>
      <Match when={props.route.place === 'activity'}>
        <Activity machine={props.machine} />
      </Match>
      <Match when={props.route.place === 'settings'}>
        <Settings machine={props.machine} />
      </Match>
    </Switch>
  );
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

/** Ctrl K and `?`, but not while somebody types. Returns how to stop. */
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
