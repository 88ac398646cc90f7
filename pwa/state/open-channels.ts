/** Channels as the screens see them. */
import type { Machine } from '#contract/machine.ts';
import type { Sealed } from '#contract/sealed.ts';
import type { ChannelInputs, InputsHeard } from './channel-inputs.ts';
import type { ChannelKept } from './channel-kept.ts';
import type { ChannelEvent } from './channel-told.ts';

export interface OpenChannels {
  /** Follows the channel of a record until `signal` aborts. */
  follow(record: string, hear: (event: ChannelEvent) => void, signal: AbortSignal): void;
  /** Types into the channel of a record. */
  inputs(record: string, heard: InputsHeard): ChannelInputs;
  /** What a screen has kept of a channel on this device. */
  kept(record: string): Promise<ChannelKept | undefined>;
  keep(record: string, text: string): Promise<void>;
  /** Whether this device has opened sealed channels of a machine, and expects them there. */
  isMet(machine: string): Promise<boolean>;
  /** Attaches to a sealed channel. Throws NotPinned, MachineChanged, a Refusal, an Interruption, an Error that says why not. */
  sealed(machine: Pick<Machine, 'id' | 'signers'>, record: string): Promise<SealedChannels>;
}

/** The same for one sealed channel. */
export interface SealedChannels extends OpenChannels {
  /** An answer about it. */
  openPiece(sealed: Sealed): Promise<unknown>;
}
