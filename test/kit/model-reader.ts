/** A reader of a model: it keeps what it was told as the app does, and notes what must never happen. */
import type { FeedBlock } from '../../api/relay/feeds/pump.ts';
import type { Relay } from '../../api/relay/relay.ts';
import { toldIn } from './event-stream.ts';
import type { ModelMachine } from './model-machine.ts';
import { never, reader } from './relay.ts';

export class ModelReader {
  readonly machine: ModelMachine;
  readonly #caller: typeof reader;
  readonly feed: string;
  /** Rev by path, as it is shown. */
  readonly shown = new Map<string, string>();
  readonly faults: string[] = [];
  /** How often each path was told to be gone. */
  readonly #gone = new Map<string, number>();
  /** Absent before the snapshot was read. */
  #offset: string | undefined;

  constructor(machine: ModelMachine, organisation: string) {
    this.machine = machine;
    this.#caller = { ...reader, organisation };
    this.feed = `m.${machine.id}`;
  }

  /** Reads at most so many pages, and leaves. */
  async read(relay: Relay, pages: number): Promise<void> {
    if (this.#offset === undefined) return await this.#beginAnew(relay);
    using subscription = await relay.feeds.open(this.#caller, new Map([[this.feed, this.#offset]]));
    for (let page = 0; page < pages; page++) {
      const { blocks, resets } = await subscription.read(0, never);
      if (resets.length > 0) return await this.#beginAnew(relay);
      for (const block of blocks) this.#take(block);
      if (blocks.length === 0) return;
    }
  }

  async #beginAnew(relay: Relay): Promise<void> {
    const { items, offset } = await relay.feeds.snapshot(this.#caller, this.feed, { limit: 5000 });
    this.shown.clear();
    // A relay that was put back has what was removed meanwhile, and tells its end once more.
    this.#gone.clear();
    for (const json of items) {
      const { item, value } = JSON.parse(json) as { item: string; value: { path: string; rev: string } };
      if (item === 'document') this.shown.set(value.path, value.rev);
    }
    this.#offset = offset;
  }

  #take({ offset, json }: FeedBlock): void {
    // A log that was never written has the tag 0.
    const [tag, position] = String(this.#offset).split('.');
    const [nextTag, next] = offset.split('.');
    if ((tag !== '0' && tag !== nextTag) || Number(next) !== Number(position) + 1)
      this.faults.push(`${offset} came after ${this.#offset}`);
    this.#offset = offset;
    for (const told of toldIn(this.feed, JSON.parse(json))) {
      if (told.command?.state === 'done') this.#judge(told.key);
      if (told.item !== 'document') continue;
      const { op, key, from, document } = told;
      if (op !== 'put') this.#forget(pathOf(op === 'move' ? String(from) : key));
      if (document !== undefined) this.shown.set(document.path, document.rev);
    }
  }

  /** Whoever is told that a command is done sees what it did, or what came after. */
  #judge(command: string): void {
    for (const { path, state } of this.machine.commands.wrote.get(command) ?? []) {
      const seen = this.machine.states.get(path)?.lastIndexOf(this.shown.get(path) ?? 'absent') ?? -1;
      if (seen + 1 < state)
        this.faults.push(`${command} is done, and state ${seen + 1} of ${path} is shown, not ${state}`);
    }
  }

  /** What is taken away was taken away on the disk, as often. */
  #forget(path: string): void {
    this.shown.delete(path);
    const gone = (this.#gone.get(path) ?? 0) + 1;
    this.#gone.set(path, gone);
    if (gone > (this.machine.removals.get(path) ?? 0)) this.faults.push(`${path} is gone, and nobody removed it`);
  }
}

/** A key is the project and the path. */
function pathOf(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}
