/** How often a password may be tried: so often by each network, and by each device that is known, which no stranger's tries touch. What all networks try together is an alarm: strangers then get fewer tries each, and nobody is locked out. */
import { limits } from '#contract/limits.ts';
import type { Asker } from '../fair-queue.ts';
import type { Store } from '../store/store.ts';
import { hashSecret } from './secrets.ts';
import { addTry, checkTries, countTry, takeBackTry, triesOf } from './tries.ts';

/** Where a password is tried: a network, and the device's token where it has one. */
export interface TriedFrom {
  readonly network: string;
  readonly device?: string | undefined;
  /** The device is known, but to none of those whose password is tried: a stranger's try, counted beside those of its network. */
  readonly isOfOthers?: boolean;
}

/** A try under way. */
export interface PasswordTry {
  readonly asker: Asker;
  /** It does not count. The wrong ones before it do: whoever has a password for the same e-mail must not wipe them out. */
  right(): Promise<void>;
  /** What the audit of those concerned is told: of this one, that there are too many, or of an alarm that goes on nothing more. */
  wrong(): Promise<'refused' | 'alarm' | 'nothing'>;
}

export interface PasswordTries {
  /** Counts a try; `from` tells of a device only where it is known to those whose password is tried. Throws `too-many-requests`. */
  begin(email: string, from: TriedFrom): Promise<PasswordTry>;
}

const withinMs = limits.passwordTriesMs;

/** The tries in a store. */
export function createPasswordTries(store: Store): PasswordTries {
  return {
    begin: async (email, { network, device, isOfOthers = false }) => {
      const name = `password/${hashSecret(email)}`;
      if (device !== undefined) {
        const asker = { line: `device/${hashSecret(device)}`, isKnown: true };
        const own = `${name}/${asker.line}`;
        await countTry(store, own, limits.passwordTriesMax, withinMs);
        return { asker, right: () => takeBackTry(store, own), wrong: async () => 'refused' };
      }
      const asker = { line: `network/${network}`, isKnown: false };
      const own = `${name}/${asker.line}${isOfOthers ? '/known' : ''}`;
      const [ofNetwork, ofAll] = [`password/${asker.line}`, `${name}/strangers`];
      checkTries(await triesOf(store, ofNetwork), limits.passwordTriesOfNetworkMax);
      const isAlarmed = (await triesOf(store, ofAll)).count >= limits.passwordTriesAlarm;
      const most = isAlarmed ? limits.passwordTriesAlarmedMax : limits.passwordTriesMax;
      await countTry(store, own, most, withinMs);
      return {
        asker,
        right: () => takeBackTry(store, own),
        wrong: async () => {
          await addTry(store, ofNetwork, withinMs);
          const all = await addTry(store, ofAll, withinMs);
          if (all < limits.passwordTriesAlarm) return 'refused';
          return all === limits.passwordTriesAlarm ? 'alarm' : 'nothing';
        },
      };
    },
  };
}
