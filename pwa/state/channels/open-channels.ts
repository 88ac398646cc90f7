/** Channels as the screens see them. */
import type { KnownToSeal, NamedMachine } from '#contract/known-to-seal.ts';
import type { Machine } from '#contract/machine.ts';
import type { Sealed } from '#contract/sealed.ts';
import type { TextKept } from '../replica/kept-texts.ts';
import type { ChannelInputs, InputsHeard } from './channel-inputs.ts';
import type { ChannelEvent } from './channel-told.ts';

export interface OpenChannels {
  /** Follows the channel of a record until `signal` aborts. */
  follow(record: string, hear: (event: ChannelEvent) => void, signal: AbortSignal): void;
  /** Types into the channel of a record. */
  inputs(record: string, heard: InputsHeard): ChannelInputs;
  /** What a screen has kept of a channel on this device. */
  kept(record: string): Promise<TextKept | undefined>;
  keep(record: string, text: string): Promise<void>;
  /** Whether this device expects a seal of a machine. */
  knownToSeal(machine: NamedMachine): Promise<KnownToSeal>;
  /** Attaches to a sealed channel. Throws NotPinned, MachineChanged, a Refusal, an Interruption, an Error that says why not. */
  sealed(machine: Pick<Machine, 'id' | 'name' | 'signers'>, record: string): Promise<SealedChannels>;
}

/** The same for one sealed channel. */
export interface SealedChannels extends OpenChannels {
  /** What is to be said of its machine, where this device meets it for the first time. */
  readonly met: readonly string[];
  /** An answer about it. */
  openPiece(sealed: Sealed): Promise<unknown>;
}
