/** What is said of a wish at each moment: what is being done while it is under way, and the truth afterwards. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { Wish } from '../state/app-state.ts';
import type { CommandFeature, CommandFeatures, CommandWords } from './feature.ts';

/** The words of a wish. */
export function wordsOf(features: CommandFeatures, { kind, args }: Pick<Wish, 'kind' | 'args'>): CommandWords {
  const feature = features[kind] as unknown as CommandFeature<CommandKindName>;
  return feature.words(args as never);
}

/** One sentence for a toast: "Setting status to Complete on laptop…", "Status set to Complete on laptop". */
export function sentenceOf(
  features: CommandFeatures,
  wish: Pick<Wish, 'kind' | 'args' | 'state'>,
  machine: string,
): string {
  const { doing, done, toDo } = wordsOf(features, wish);
  switch (wish.state) {
    case 'sending':
    case 'queued':
    case 'delivered':
      return `${doing} on ${machine}…`;
    case 'done':
      return `${done} on ${machine}`;
    case 'cancelled':
      return `Did not ${toDo} on ${machine}`;
    case 'unknown':
    case 'interrupted':
      return `Tried to ${toDo} on ${machine}`;
    case 'conflict':
    case 'failed':
    case 'refused':
    case 'expired':
    case 'unsent':
      return `Could not ${toDo} on ${machine}`;
  }
}
