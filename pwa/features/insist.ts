/** Sends a change that a rule of its format refused once more, past the rule. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { App, Wish } from '../state/app-state.ts';
import { commandFeatures } from './command-features.ts';
import { send } from './editing.ts';
import type { CommandFeature } from './feature.ts';

/** A function that sends a wish again and overrides the format's rule; undefined if no rule was the reason, or it cannot be overridden. */
export function insistOn(wish: Wish): ((app: App) => void) | undefined {
  const feature = commandFeatures[wish.kind] as unknown as CommandFeature<CommandKindName>;
  const args = wish.problem?.code === 'edit-refused' ? feature.insist?.(wish.args as never) : undefined;
  if (args === undefined) return undefined;
  const options = wish.ifRev === undefined ? {} : { ifRev: wish.ifRev };
  return (app) => send(app, wish.machine, wish.kind, args as never, options);
}
