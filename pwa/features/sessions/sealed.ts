/** Sealed terminals and runs: only a device that the machine has pinned opens them. `SealedNotes.tsx` has what is said of them. */
import type { KnownToSeal } from '#contract/known-to-seal.ts';
import type { App } from '../../state/app-state.ts';
import type { Session } from './sessions.ts';

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

/** Of a session without a seal, whether this device expects one. */
export async function sealExpected(channels: Channels, { machine, record }: Session): Promise<KnownToSeal> {
  return record.seal === undefined ? await channels.knownToSeal(machine) : 'none';
}

/** `asked`: typed into only where its person says so. `said`: this device has opened sealed terminals elsewhere alone. */
export type InClear = 'asked' | 'allowed' | 'said';

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

/** What is to be said of a machine that this device meets for the first time. */
export function metBy(channels: Channels | SealedChannels): readonly string[] | undefined {
  return 'met' in channels && channels.met.length > 0 ? channels.met : undefined;
}
