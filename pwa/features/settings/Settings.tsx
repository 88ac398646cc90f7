/** Who I am here, how it looks, what is kept on this device, and what leaves a machine. */
import { For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { VERSION } from '#contract/version.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { counted } from '../words.ts';
import { chosenScheme, schemes, setScheme } from './scheme.ts';

export function Settings(props: { machine: Machine | undefined }) {
  const app = useApp();
  const percent = (part: number | undefined) => `${Math.round(100 * (part ?? 0))} %`;
  return (
    <>
      <h1>Settings</h1>
      <div class="card-list">
        <section class="panel item stack">
          <h2>Signed in</h2>
          <p>
            {app.state.me?.person.name}{' '}
            <span class="soft">
              · {app.state.me?.organisation.name} · {app.state.me?.role}
            </span>
          </p>
          <div class="actions">
            <a class="button" href={hrefTo({ place: 'profile' })}>
              Profile
            </a>
            <a class="button" href={hrefTo({ place: 'sessions' })}>
              Sessions
            </a>
            <a class="button" href={hrefTo({ place: 'members' })}>
              Members
            </a>
            <Show when={app.state.me?.scope === 'admin'}>
              <a class="button" href={hrefTo({ place: 'keys' })}>
                Keys
              </a>
              <a class="button" href={hrefTo({ place: 'audit' })}>
                Audit
              </a>
            </Show>
          </div>
          <button
            type="button"
            class="button"
            onClick={() => mayForget(Object.keys(app.state.drafts).length) && void app.signOut()}
          >
            Sign out and erase this device’s data
          </button>
        </section>
        <section class="panel item stack">
          <h2>Colours</h2>
          <div class="row">
            <For each={schemes}>
              {(scheme) => (
                <ChipButton
                  tone={chosenScheme() === scheme ? 'accent' : 'plain'}
                  pressed={chosenScheme() === scheme}
                  onClick={() => setScheme(scheme)}
                >
                  {scheme.charAt(0).toUpperCase() + scheme.slice(1)}
                </ChipButton>
              )}
            </For>
          </div>
        </section>
        <section class="panel item stack">
          <h2>On this device</h2>
          <p>
            <Show when={app.state.replica === 'kept'} fallback="Nothing is stored: this browser does not allow it.">
              {percent(app.state.bodiesHere[props.machine?.id ?? ''])} of the texts of{' '}
              {props.machine?.name ?? 'the machine'} can be read offline.
            </Show>
          </p>
          <Show when={app.state.installable}>
            <button type="button" class="button primary" onClick={() => void app.install()}>
              Install the app
            </button>
          </Show>
        </section>
        <section class="panel item stack">
          <h2>What leaves a machine</h2>
          <p>
            The files of its specs, except secrets, databases and files that .sallyportignore excludes. To see the exact
            list, run this on the machine:
          </p>
          <CommandLine text="npm run bridge -- projects --dry-run" />
        </section>
        <p class="small soft">
          Sallyport {VERSION} · <a href="/docs">API reference</a>
        </p>
      </div>
    </>
  );
}

/** Signing out empties the device: what was typed and not applied goes with it. */
function mayForget(drafts: number): boolean {
  return drafts === 0 || confirm(`Sign out and discard ${counted(drafts, 'draft')} that no machine has applied?`);
}
