/** What a command kind declares to the app. One file a kind beside this one; the registry is `index.ts`. */
import type { ArgsOf, CommandKindName } from '#contract/kinds/index.ts';

export interface CommandWords {
  /** While it is under way: "Setting status to In progress". */
  readonly doing: string;
  /** Once it is done: "Status set to In progress". */
  readonly done: string;
  /** After "Could not": "set status to In progress". */
  readonly toDo: string;
}

/** The words of each kind of command. */
export type CommandFeatures = { readonly [Kind in CommandKindName]: CommandFeature<Kind> };

export interface CommandFeature<Kind extends CommandKindName> {
  /** What such commands are called in lists: "Metadata". */
  readonly title: string;
  /** What happens, in the words of each moment. */
  readonly words: (args: ArgsOf<Kind>) => CommandWords;
  /** The same args, but over a rule of the format; absent where no rule can be overridden. */
  readonly insist?: (args: ArgsOf<Kind>) => ArgsOf<Kind>;
}
