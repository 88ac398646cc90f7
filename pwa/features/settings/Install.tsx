/** Installing the app: by the browser's own question where it has one, else by steps. */
import { For, Show } from 'solid-js';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { installSteps } from './install-steps.ts';
import { isInstalled } from './installed.ts';
import './settings.css';

export function Install() {
  const app = useApp();
  const [here, ...elsewhere] = installSteps(navigator.userAgent, navigator.maxTouchPoints > 1);
  return (
    <>
      <Head title="Install the app" />
      <div class="install stack">
        <Show when={isInstalled()}>
          <p role="status">It is installed: this is it.</p>
        </Show>
        <Show when={!isSecureContext}>
          <p role="status">
            Browsers install apps only from an https address. Start Sallyport with one, then open it there:
          </p>
          <CommandLine text="npm start -- --public-url https://sallyport.example.com" />
        </Show>
        <Show when={app.state.installable}>
          <CallButton
            label="Install the app"
            busy="Asking the browser…"
            tone="primary"
            call={async () => void (await app.install())}
          />
        </Show>
        <For each={here === undefined ? [] : [here, ...elsewhere]}>
          {({ where, steps }) => (
            <section>
              <h2>{where}</h2>
              <ol>
                <For each={steps}>{(step) => <li>{step}</li>}</For>
              </ol>
            </section>
          )}
        </For>
      </div>
    </>
  );
}
