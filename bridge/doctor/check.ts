/** What a check of `sallyport doctor` is, what it is given, and what it finds. Each check is one file in `checks/`; `checks/index.ts` ties them. */
import type { Patient } from './patient.ts';
import type { Shared } from './shared.ts';

/** `note`: something to know that is not wrong. `skipped`: could not be tried, because something else comes first. */
export type FindingState = 'ok' | 'note' | 'fail' | 'skipped';

/** What to do: a sentence, and a command, setting or request to copy. */
export interface Fix {
  readonly says?: string;
  readonly copy: string;
}

/** What a check has found. `says` is one sentence or two, without absolute paths and without secrets; `places` are paths. */
export type Finding =
  | { readonly state: 'ok' | 'skipped'; readonly says: string }
  | { readonly state: 'note'; readonly says: string; readonly fix?: Fix; readonly places?: readonly string[] }
  | {
      readonly state: 'fail';
      readonly says: string;
      /** The sentence for people elsewhere, where `says` names files. */
      readonly afar?: string;
      readonly fix: Fix;
      readonly places?: readonly string[];
      /** The exit code, where it is not that of the check. */
      readonly exitCode?: number;
    };

/** What a check works with. */
export interface Ground extends Patient {
  /** Aborts when the check's time is over. */
  readonly signal: AbortSignal;
  readonly shared: Shared;
}

export interface Check {
  /** Stable, for programs. */
  readonly name: string;
  /** For people: "Proxy". */
  readonly title: string;
  readonly group: Group;
  /** It measures the network, which says nothing where the network loses requests. */
  readonly measures?: true;
  /** Checks that must have passed first. */
  readonly after?: readonly string[];
  /** Its time, in ms, where that is not the usual one. */
  readonly limitMs?: (patient: Patient) => number;
  /** The exit code where it fails; default 1. */
  readonly exitCode?: number;
  run(ground: Ground): Promise<Finding> | Finding;
}

export const groups = ['Network', 'Relay', 'This machine'] as const;
export type Group = (typeof groups)[number];

export const ok = (says: string): Finding => ({ state: 'ok', says });
export const skipped = (says: string): Finding => ({ state: 'skipped', says });
export const fail = (says: string, fix: Fix, exitCode?: number): Finding => ({
  state: 'fail',
  says,
  fix,
  ...(exitCode !== undefined && { exitCode }),
});
/** A setting of nginx, for what stands between this machine and the relay. */
export const inNginx = (copy: string): Fix => ({
  says: 'If nginx is in front of the relay, add this line there. For another gateway, ask the people who run it for the same:',
  copy,
});
export const note = (says: string, fix?: Fix): Finding => ({ state: 'note', says, ...(fix && { fix }) });
