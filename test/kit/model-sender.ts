/** Somebody who sends commands to a machine of a model, and what must have become of each in the end. */
import { setImmediate as turn } from 'node:timers/promises';
import { isSettled } from '#contract/command-life.ts';
import type { Relay } from '../../api/relay/relay.ts';
import type { ModelMachine } from './model-machine.ts';
import { ada, reader, sha256 } from './relay.ts';

/** How long a brief command lives. */
export const BRIEF_MS = 5000;

export interface SentHow {
  readonly isStale: boolean;
  readonly isBrief: boolean;
}

export class ModelSender {
  readonly #machine: ModelMachine;
  readonly #caller: typeof reader;
  /** Ids of those that the relay has taken, and has not lost since. */
  #sent: readonly string[] = [];
  /** Those that its copy has. */
  #copied: readonly string[] = [];
  /** Those of which it may have forgotten how they ended: where the machine has forgotten that too, nobody knows. */
  #rewound: ReadonlySet<string> = new Set();
  #count = 0;

  constructor(machine: ModelMachine, organisation: string) {
    this.#machine = machine;
    this.#caller = { ...reader, organisation };
  }

  /** Writes a file as it is now on the disk, or (`isStale`) as it never was. */
  async send(relay: Relay, path: string, how: SentHow): Promise<void> {
    this.#count += 1;
    const id = `command-${this.#machine.id}-${this.#count}`;
    const request = {
      ...{ id, kind: 'spec-document-write', args: { path, text: `text of ${id}` }, whenOffline: 'queue' as const },
      ifRev: how.isStale ? sha256(id) : this.#machine.rev(path),
      ...(how.isBrief ? { expiresInSeconds: BRIEF_MS / 1000 } : {}),
    };
    await relay.commands.send(this.#caller, this.#machine.id, request, { by: ada, keep: false });
    this.#sent = [...this.#sent, id];
  }

  /** The relay keeps a copy. */
  copy(): void {
    this.#copied = this.#sent;
  }

  /** It goes on with that. */
  restore(): void {
    this.#sent = this.#copied;
    this.#rewound = new Set(this.#copied);
  }

  /** What is wrong with how they ended: nobody is told of an effect that was not there, or of none that was, and none has two. */
  async faults(relay: Relay): Promise<readonly string[]> {
    const { wrote } = this.#machine.commands;
    const faults = [...wrote]
      .filter(([, all]) => all.length > 1)
      .map(([id, all]) => `${id} was done ${all.length} times`);
    for (const id of this.#sent) {
      const state = await this.#endOf(relay, id);
      if (state === 'unknown' && this.#rewound.has(id)) continue;
      if ((state === 'done') !== wrote.has(id) || !isSettled(state) || state === 'unknown')
        faults.push(`${id} is told as ${state}, and was ${wrote.has(id) ? '' : 'not '}done`);
    }
    return faults;
  }

  async #endOf(relay: Relay, id: string) {
    const turnsMax = this.#rewound.has(id) ? 300 : 3000;
    for (let turns = 0; ; turns++) {
      const { state } = await relay.commands.get(this.#caller, this.#machine.id, id);
      if (turns === turnsMax || (isSettled(state) && state !== 'unknown')) return state;
      await turn();
    }
  }
}
