/** What a kind of command declares to the app. Each kind has a file beside this one; the registry is `index.ts`. */
import type { ArgsOf, CommandKindName, ResultOf } from '#contract/kinds/index.ts';
import type { AppState, Wish } from '../state/app-state.ts';

export interface CommandWords {
  /** While it runs: "Setting status to In progress". */
  readonly doing: string;
  /** Once it is done: "Status set to In progress". */
  readonly done: string;
  /** After "Could not": "set status to In progress". */
  readonly toDo: string;
}

/** The words of each kind of command. */
export type CommandFeatures = { readonly [Kind in CommandKindName]: CommandFeature<Kind> };

export interface CommandFeature<Kind extends CommandKindName> {
  /** Name of such commands in lists: "Metadata". */
  readonly title: string;
  /** The texts for each stage of a command. */
  readonly words: (args: ArgsOf<Kind>) => CommandWords;
  /** How it has ended, where that is more than that it is done: "ended with 2". */
  readonly end?: (result: ResultOf<Kind>) => string;
  /** The record whose own screen shows what becomes of it, once there is one. */
  readonly record?: (state: AppState, wish: Wish) => string | undefined;
  /** Whether what is done can still be taken back; absent where it can as long as nothing else has changed. */
  readonly mayUndo?: (state: AppState, done: Pick<Wish, 'machine' | 'id'>) => boolean;
  /** The same args, overriding the format's rules; absent if no rule can be overridden. */
  readonly insist?: (args: ArgsOf<Kind>) => ArgsOf<Kind>;
}
