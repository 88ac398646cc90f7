/** Enters in the machine's own audit log who reads a session and who types into it, once they begin. */
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';

/** Somebody, as the relay says. */
interface Somebody {
  readonly person: string;
  readonly name: string;
  /** Of a reader. */
  readonly device?: string;
  /** Of the key by which a sealed channel was typed into. */
  readonly fingerprint?: string | undefined;
}

export interface Attended {
  /** Enters it, unless the log has the same of late. */
  enter(action: 'channel-read' | 'channel-typed', who: Somebody, result?: 'done' | 'refused'): void;
}

export interface AttendedDeps {
  readonly record: (act: Act) => void;
  readonly now: () => number;
}

export function createAttended({ record, now }: AttendedDeps, { id, kind }: Pick<RecordTold, 'id' | 'kind'>): Attended {
  /** When it was entered last, by action and who. */
  const entered = new Map<string, number>();
  return {
    enter: (action, { person, name, device, fingerprint }, result = 'done') => {
      const at = now();
      for (const [key, since] of entered) if (at - since >= limits.attendedAgainMs) entered.delete(key);
      const key = JSON.stringify([action, result, person, device, fingerprint]);
      // Of more the relay makes up people.
      if (entered.has(key) || entered.size >= 2 * limits.attendantsMax) return;
      entered.set(key, at);
      const by = { ...(device === undefined ? {} : { device }), ...(fingerprint === undefined ? {} : { fingerprint }) };
      const about = { record: id, kind, person, ...by };
      record({ action, result, by: { name, via: 'relay' }, about });
    },
  };
}
