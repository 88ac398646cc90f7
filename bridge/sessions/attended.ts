/** Enters in the machine's own audit log who reads a session and who types into it, once they begin. */
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';

/** That what ran in a terminal has ended, and what that was. Of a run its command says both. */
export function endedAct({ id, kind, meta }: RecordTold): Act {
  const { argv, exitCode, signal, reason } = meta;
  const said = Object.entries({ exitCode, signal, reason }).filter(([, value]) => value !== undefined);
  const about = { record: id, kind, argv: JSON.stringify(argv), ...Object.fromEntries(said.map(textOf)) };
  return { action: 'program-ended', result: 'done', by: { name: 'sallyport', via: 'machine' }, about };
}

const textOf = ([name, value]: [string, unknown]) => [name, String(value)];

/** Somebody, as the relay says. */
interface Somebody {
  readonly person: string;
  readonly name: string;
  /** Their key or session. */
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
