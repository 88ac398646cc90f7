/** What is said above and in the place of sealed terminals and runs. Loaded where there is something to say. */
import { type Accessor, createSignal, For, Show } from 'solid-js';
import { sayInClear } from '#contract/known-to-seal.ts';
import type { Machine } from '#contract/machine.ts';
import { showFingerprint } from '#contract/signing.ts';
import { hrefTo } from '../../route.ts';
import type { App } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import type { InClear, SealedWhy } from './sealed.ts';
import './sealed.css';

/** A sentence of the contract: what stands between backticks is code. */
function Words(props: { of: string }) {
  return <For each={props.of.split('`')}>{(part, at) => (at() % 2 === 1 ? <code>{part}</code> : part)}</For>;
}

/** What a device shows that has no keys. */
export function SealedNote(props: { machine: Machine; why: SealedWhy; onAgain: () => void }) {
  return (
    <div class="stack sealed-note" role="status">
      <Show
        when={props.why.isUnpinned}
        fallback={
          <p>
            It is sealed, and cannot be opened now. <Words of={props.why.words} />
          </p>
        }
      >
        <Pin
          words={`It is sealed: it opens only on devices that are pinned on ${props.machine.name}, and this one is not.`}
        />
      </Show>
      <Show when={props.why.believe}>
        {(believe) => (
          <>
            <p>A machine whose data folder was made anew has a new key. If nobody did that, leave it.</p>
            <button type="button" class="button" onClick={() => void believe()().then(props.onAgain)}>
              {props.machine.name} was set up anew: believe its new key
            </button>
          </>
        )}
      </Show>
    </div>
  );
}

/** What comes without a seal, where there might be one: nothing is typed in the clear that nobody wants there. */
export function ClearStrip(props: { machine: Machine; state: InClear; onAllow: () => void }) {
  return (
    <div class="strip" role="alert">
      {props.state === 'said'
        ? sayInClear(props.machine)
        : `Not sealed, though ${props.machine.name} seals: the relay reads what you type here.`}{' '}
      <Show when={props.state === 'asked'}>
        <button type="button" class="button" onClick={() => props.onAllow()}>
          Type in the clear
        </button>
      </Show>
    </div>
  );
}

/** What is said at the first meeting with a machine, until its person has seen it. */
export function MetStrip(props: { met: readonly string[]; onSeen: () => void }) {
  return (
    <div class="strip" role="status">
      <span>
        <Words of={props.met.join(' ')} />
      </span>
      <button type="button" class="button" onClick={() => props.onSeen()}>
        Seen
      </button>
    </div>
  );
}

/** The fingerprint of this device's key, if it has one; undefined until that is known. No resource: one that is awaited takes an open dialog off the page. */
export function ownFingerprint(app: App): Accessor<{ readonly fingerprint: string | undefined } | undefined> {
  const [own, setOwn] = createSignal<{ readonly fingerprint: string | undefined }>();
  const know = (fingerprint: string | undefined) => setOwn({ fingerprint });
  app.deviceKey().then(know, () => know(undefined));
  return own;
}

/** How a device becomes one whose signatures the machine accepts. */
export function Pin(props: { words: string }) {
  const own = ownFingerprint(useApp());
  return (
    <>
      <p>{props.words}</p>
      <Show when={own()}>
        {(known) => (
          <Show
            when={known().fingerprint}
            fallback={
              <p>
                Create a key of this device under <a href={hrefTo({ place: 'profile' })}>You, Profile</a>.
              </p>
            }
          >
            {(held) => (
              <>
                <p>Run this on the machine, and compare the fingerprint:</p>
                <BridgeCommand text={`devices pin ${showFingerprint(held())}`} />
              </>
            )}
          </Show>
        )}
      </Show>
    </>
  );
}
