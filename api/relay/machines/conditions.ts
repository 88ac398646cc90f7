/** Conditions of a machine that the relay itself knows, in the shape in which the bridge tells its own. */
import * as v from 'valibot';
import { ConnectRequest } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';

/** A second bridge that claims a machine, as it calls itself. `until` is when it is forgotten; both times in ms since 1970. */
export const Rival = v.object({
  ...v.pick(ConnectRequest, ['name', 'os']).entries,
  since: v.number(),
  until: v.number(),
});
export type Rival = v.InferOutput<typeof Rival>;

/** What the relay itself has to say of a machine. */
export function relayConditions(rival: Rival | undefined): readonly Condition[] {
  if (rival === undefined) return [];
  return [
    {
      topic: 'two-bridges',
      title: `Two bridges claim to be this machine. The other one calls itself "${rival.name}" (${rival.os}); it waits.`,
      hint: 'Stop one of the two. If you do not know the other one, this machine\'s key was copied: "Replace this machine\'s key" on its page, or sallyport login URL --replace.',
      since: new Date(rival.since).toISOString(),
    },
  ];
}
