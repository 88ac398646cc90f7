/** The commands of a model's machine: what a bridge does with them, over a journal in memory that outlives its kills. Each writes a file, if that is as its sender saw it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { CommandDelivered, ResultItem } from '#contract/bridge.ts';
import type { CommandSink } from '../../bridge/sync/poll.ts';
import type { ResultSource } from '../../bridge/sync/results.ts';
import { project } from './relay.ts';

/** What a command may do on a machine. */
export interface Ground {
  /** The relay's clock. */
  now(): number;
  /** The rev at a path; `absent` where nothing is. */
  rev(path: string): string;
  save(path: string, text: string): void;
  /** How many states a path has had. */
  states(path: string): number;
}

interface Ended {
  readonly item: ResultItem;
  /** The file that it wrote. */
  readonly path: string | undefined;
  readonly isTold: boolean;
}

type Outcome = Omit<ResultItem, 'id' | 'lease'> & { readonly path?: string };

export class ModelCommands {
  readonly #journal: string;
  readonly #ground: Ground;
  readonly #open = new Map<string, CommandDelivered>();
  readonly #ended = new Map<string, Ended>();
  /** What each has written: the path, and which of its states that was. */
  readonly wrote = new Map<string, readonly { readonly path: string; readonly state: number }[]>();
  #received = 0;
  #life = 0;
  #ring: () => void = () => undefined;

  constructor(machine: string, ground: Ground) {
    this.#journal = `journal-of-${machine}`;
    this.#ground = ground;
  }

  /** A life begins, in which `ring` tells of results: it goes on with what the one before has left. */
  begin(ring: () => void): void {
    this.#life += 1;
    this.#ring = ring;
    for (const id of this.#open.keys()) void this.#run(id);
  }

  end(): void {
    this.#life += 1;
  }

  sink(): CommandSink & ResultSource {
    return {
      accept: async (commands) => {
        const life = this.#life;
        // It takes its time to be on the disk.
        await turn();
        if (life === this.#life) for (const command of commands) this.#take(command);
      },
      cancel: () => undefined,
      holding: () => [
        ...[...this.#open.values()].map(({ id, lease }) => ({ id, lease })),
        ...this.#untold().map(({ item: { id, lease } }) => ({ id, lease })),
      ],
      journal: () => ({ id: this.#journal, count: this.#received }),
      results: () => this.#untold().map(({ item }) => item),
      touchedBy: (id) => {
        const path = this.#ended.get(id)?.path;
        return path === undefined ? [] : [{ project, files: [path], folders: [] }];
      },
      acknowledge: async (ids) => {
        for (const id of ids) this.#change(id, { isTold: true });
      },
    };
  }

  #untold(): readonly Ended[] {
    return [...this.#ended.values()].filter(({ isTold }) => !isTold);
  }

  #change(id: string, more: Partial<Ended>): void {
    const ended = this.#ended.get(id);
    if (ended !== undefined) this.#ended.set(id, { ...ended, ...more });
  }

  #take(command: CommandDelivered): void {
    const { id, lease } = command;
    const ended = this.#ended.get(id);
    if (ended !== undefined) {
      this.#change(id, { item: { ...ended.item, lease }, isTold: false });
      this.#ring();
      return;
    }
    const isKnown = this.#open.has(id);
    this.#open.set(id, command);
    if (isKnown) return;
    this.#received += 1;
    void this.#run(id);
  }

  async #run(id: string): Promise<void> {
    const life = this.#life;
    for (let turns = 0; turns < 3; turns++) await turn();
    const command = this.#open.get(id);
    if (command === undefined || life !== this.#life) return;
    const { path, ...outcome } = this.#do(command);
    this.#open.delete(id);
    this.#ended.set(id, { item: { id, lease: command.lease, ...outcome }, path, isTold: false });
    this.#ring();
  }

  #do({ id, args, ifRev, expiresAt }: CommandDelivered): Outcome {
    const [path, text] = [String(args.path), String(args.text)];
    if (this.#ground.now() > expiresAt) return { state: 'failed', problem: { code: 'command-expired' } };
    const currentRev = this.#ground.rev(path);
    if (currentRev !== ifRev) return { state: 'conflict', problem: { code: 'conflict', currentRev } };
    this.#ground.save(path, text);
    this.wrote.set(id, [...(this.wrote.get(id) ?? []), { path, state: this.#ground.states(path) }]);
    return { state: 'done', result: { path }, path };
  }
}
