/** What is said of a wish at each moment: what is being done while it is under way, and the truth afterwards. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { AppState, Wish } from '../state/app-state.ts';
import { commandFeatures } from './command-features.ts';
import type { CommandFeature, CommandWords } from './feature.ts';

/** The words of a wish. */
export function wordsOf({ kind, args }: Pick<Wish, 'kind' | 'args'>): CommandWords {
  return featureOf(kind).words(args as never);
}

function featureOf(kind: CommandKindName): CommandFeature<CommandKindName> {
  return commandFeatures[kind] as unknown as CommandFeature<CommandKindName>;
}

/**
 * Whether a wish needs no receipt, since its record shows what becomes of it: anywhere while the machine is at it, and
 * once it is done on the screen of that record, `open`. What waits or has failed is always said.
 */
export function isShownByRecord(state: AppState, wish: Wish, open: string | undefined): boolean {
  const record = featureOf(wish.kind).record?.(state, wish);
  return record !== undefined && (wish.state === 'delivered' || (wish.state === 'done' && record === open));
}

/** Whether a change that was done can still be taken back. */
export function mayUndo(state: AppState, wish: Wish): boolean {
  return commandFeatures[wish.kind].mayUndo?.(state, wish) ?? true;
}

/** One sentence for a toast: "Setting status to Complete on laptop…", "Status set to Complete on laptop", "Ran make on laptop: ended with 2". */
export function sentenceOf(wish: Pick<Wish, 'kind' | 'args' | 'state' | 'result'>, machine: string): string {
  const { doing, done, toDo } = wordsOf(wish);
  switch (wish.state) {
    case 'sending':
    case 'queued':
    case 'delivered':
      return `${doing} on ${machine}…`;
    case 'done':
      return [`${done} on ${machine}`, ...endOf(wish)].join(': ');
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

/** A relay may have kept no result. */
function endOf({ kind, result }: Pick<Wish, 'kind' | 'result'>): readonly string[] {
  const { end } = featureOf(kind);
  return end === undefined || result === undefined ? [] : [end(result as never)];
}

/** The name of a kind of commands; an unknown kind has its own name. */
export function titleOfKind(kind: string): string {
  return Object.hasOwn(commandFeatures, kind) ? commandFeatures[kind as CommandKindName].title : kind;
}
