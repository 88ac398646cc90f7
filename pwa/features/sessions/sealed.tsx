/** Sealed terminals and runs on the screens: only a device that the machine has pinned opens them, and any other is told how to become one. */
import { createResource, Show } from 'solid-js';
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

/** Why a session cannot be opened here: `unpinned`, or in words. */
export function sealedWhy(error: unknown): string {
  if (error instanceof Error && error.name === 'NotPinned') return 'unpinned';
  return error instanceof Error ? error.message : String(error);
}

const passing: ReadonlySet<string> = new Set(['NotPinned', 'Offline', 'Interruption']);

/** Whether it may be otherwise soon. What the machine refuses is not asked again by itself: each try is a command in its log. */
export function mayPass(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === 'machine-unavailable' || (error instanceof Error && passing.has(error.name));
}

/** What a device shows that has no keys. */
export function SealedNote(props: { machine: Machine; why: string | undefined }) {
  return (
    <Show when={props.why}>
      {(why) => (
        <div class="stack sealed-note" role="status">
          <Show when={why() === 'unpinned'} fallback={<p>It is sealed, and cannot be opened now. {why()}</p>}>
            <Pin
              words={`It is sealed: it opens only on devices that are pinned on ${props.machine.name}, and this one is not.`}
            />
          </Show>
        </div>
      )}
    </Show>
  );
}

/** How a device becomes one whose signatures the machine accepts. */
export function Pin(props: { words: string }) {
  const app = useApp();
  const [fingerprint] = createResource(() => app.deviceKey().catch(() => undefined));
  return (
    <>
      <p>{props.words}</p>
      <Show
        when={fingerprint()}
        fallback={
          <p>
            Create a key of this device under <a href={hrefTo({ place: 'profile' })}>You, Profile</a>.
          </p>
        }
      >
        {(held) => (
          <>
            <p>Run this there, and compare the fingerprint:</p>
            <BridgeCommand text={`devices pin ${showFingerprint(held())}`} />
          </>
        )}
      </Show>
    </>
  );
}
