/** Sealed terminals and runs on the screens: only a device that the machine has pinned opens them, and any other is told how to become one. */
import { type Accessor, createSignal, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { showFingerprint } from '#contract/signing.ts';
import { hrefTo } from '../../route.ts';
import type { App } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import type { Session } from './sessions.ts';
import './sealed.css';

export type Channels = Awaited<ReturnType<App['channels']>>;
export type SealedChannels = Awaited<ReturnType<Channels['sealed']>>;

/** The channels for a session: sealed where its record says so. Throws why they cannot be had now. */
export async function channelsFor(app: App, { id, machine, record }: Session): Promise<Channels> {
  const channels = await app.channels();
  if (record.seal === undefined) return channels;
  if (machine.status !== 'online')
    throw Object.assign(new Error(`${machine.name} is offline, and gives no keys.`), { name: 'Offline' });
  return await channels.sealed(machine, id);
}

/** Whether a session comes without the seal that this device expects of its machine. */
export async function isSealMissing(channels: Channels, { machine, record }: Session): Promise<boolean> {
  return record.seal === undefined && (await channels.isMet(machine.id));
}

/** Why a session cannot be opened here. */
export interface SealedWhy {
  readonly words: string;
  /** The machine has not pinned this device. */
  readonly isUnpinned: boolean;
  /** Takes the key of a machine that has a new one. */
  readonly believe: (() => Promise<void>) | undefined;
}

export function sealedWhy(error: unknown): SealedWhy {
  const { believe } = Object(error) as Pick<SealedWhy, 'believe'>;
  if (!(error instanceof Error)) return { words: String(error), isUnpinned: false, believe };
  return { words: error.message, isUnpinned: error.name === 'NotPinned', believe };
}

const passing: ReadonlySet<string> = new Set(['NotPinned', 'Offline', 'Interruption']);

/** Whether it may be otherwise soon. What the machine refuses is not asked again by itself: each try is a command in its log. */
export function mayPass(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === 'machine-unavailable' || (error instanceof Error && passing.has(error.name));
}

/** What a device shows that has no keys. */
export function SealedNote(props: { machine: Machine; why: SealedWhy | undefined; onAgain: () => void }) {
  return (
    <Show when={props.why}>
      {(why) => (
        <div class="stack sealed-note" role="status">
          <Show when={why().isUnpinned} fallback={<p>It is sealed, and cannot be opened now. {why().words}</p>}>
            <Pin
              words={`It is sealed: it opens only on devices that are pinned on ${props.machine.name}, and this one is not.`}
            />
          </Show>
          <Show when={why().believe}>
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
      )}
    </Show>
  );
}

/** What comes without the seal that is expected: nothing is typed in the clear that nobody wants there. */
export function ClearStrip(props: { machine: Machine; isAllowed: boolean; onAllow: () => void }) {
  return (
    <div class="strip" role="alert">
      Not sealed, though {props.machine.name} seals: the relay reads what you type here.{' '}
      <Show when={!props.isAllowed}>
        <button type="button" class="button" onClick={() => props.onAllow()}>
          Type in the clear
        </button>
      </Show>
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
