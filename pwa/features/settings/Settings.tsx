/** How the app looks here, what is kept on this device, and what leaves a machine. */
import { For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { VERSION } from '#contract/version.ts';
import { hrefTo } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { ChipButton } from '../../ui/chip.tsx';
import { isInstalled } from './installed.ts';
import { chosenScheme, schemes, schemeWords, setScheme } from './scheme.ts';
import './settings.css';

export function Settings(props: { machine: Machine | undefined }) {
  const app = useApp();
  const percent = (part: number | undefined) => `${Math.round(100 * (part ?? 0))} %`;
  return (
    <>
      <Head title="Settings" />
      <section class="settings-part">
        <h2>Colours</h2>
        <div class="row wrap">
          <For each={schemes}>
            {(scheme) => (
              <ChipButton
                tone={chosenScheme() === scheme ? 'accent' : 'plain'}
                pressed={chosenScheme() === scheme}
                onClick={() => setScheme(scheme)}
              >
                {schemeWords[scheme]}
              </ChipButton>
            )}
          </For>
        </div>
      </section>
      <section class="settings-part">
        <h2>On this device</h2>
        <p>
          <Show when={app.state.replica === 'kept'} fallback="Nothing is stored: this browser does not allow it.">
            {percent(app.state.bodiesHere[props.machine?.id ?? ''])} of the texts of{' '}
            {props.machine?.name ?? 'the machine'} can be read offline.
          </Show>
        </p>
        <Show when={!isInstalled()}>
          <p>
            <a href={hrefTo({ place: 'install' })}>Install the app</a>, so that it opens without a browser around it.
          </p>
        </Show>
      </section>
      <section class="settings-part">
        <h2>What leaves a machine</h2>
        <p>
          The files of its specs, except secrets, databases and files that .sallyportignore excludes. To see the exact
          list, run this on the machine:
        </p>
        <BridgeCommand text="projects --dry-run" />
      </section>
      <p class="small soft">
        Sallyport {VERSION} · <a href="/docs">API reference</a>
      </p>
    </>
  );
}
