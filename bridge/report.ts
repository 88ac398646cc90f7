/** What a bridge says of itself: in the log to people, as events to programs, in a file to `sallyport status`. */
import type { Way } from '#contract/ladder.ts';
import type { UploadNow } from '#contract/uploading.ts';
import type { Door } from './agents/door.ts';
import { type ConditionChange, type Conditions, createConditions } from './conditions.ts';
import type { ProjectKept } from './data/kept-projects.ts';
import type { Log } from './log.ts';
import type { ProjectStatus } from './projects/projects.ts';
import { inboxText, type StatusFile, type StatusKept } from './status-file.ts';
import type { LinkState } from './sync/link.ts';
import type { ProjectState } from './watch/watch-state.ts';

/** What programs hear of a bridge: one line of JSON each with `--json`. */
export type BridgeEvent =
  | { readonly event: 'connected'; readonly machine: string; readonly epoch: number; readonly resync: boolean }
  | ({ readonly event: 'uploading' } & UploadNow)
  | { readonly event: 'uploaded' }
  | { readonly event: 'synced'; readonly projects: readonly SyncedProject[] }
  | { readonly event: 'state'; readonly state: LinkState; readonly why: string }
  | { readonly event: 'trouble'; readonly why: string; readonly nextTryMs: number }
  | {
      readonly event: 'project';
      readonly id: string;
      readonly name: string;
      readonly state: string;
      readonly why: string;
    }
  | { readonly event: 'stopped'; readonly code?: string; readonly why?: string };

export type SyncedProject = Omit<ProjectStatus, 'root' | 'state'>;

export interface Report {
  readonly log: Log;
  /** What a person should hear of about this machine while it lasts. */
  readonly conditions: Conditions;
  /** The same, as far as only the relay knows it: it is not told to the relay again. */
  readonly ofRelay: Conditions;
  /** Tells programs. */
  readonly tell: (event: BridgeEvent) => void;
  /** The link's state, and what it waits for or is connected to. */
  link(state: LinkState, why: string): void;
  state(): LinkState;
  /** How far an upload is that takes a while; undefined where none is under way. */
  uploading(now: UploadNow | undefined): void;
  /** In which way inputs of channels come; undefined while no channel takes any. */
  inbox(way: Way | undefined): void;
  project(project: ProjectKept, state: ProjectState, why: string): void;
  /** The door for agents, which the status file shows from now on. */
  doors(door: Pick<Door, 'url' | 'waiting'>): void;
  /** Who waits at the door has changed. */
  noted(): void;
  /** The projects that the status file lists from now on. */
  lists(projects: () => readonly ProjectStatus[]): void;
}

export interface ReportDeps {
  readonly log: Log;
  readonly file: StatusFile;
  readonly tell: (event: BridgeEvent) => void;
  /** Where the relay is. */
  readonly where: string;
  /** The proxies on the way there, once they are known. */
  readonly way?: () => StatusKept['way'];
}

/** The report of a bridge that connects. */
export function createReport({ log, file, tell, where, way }: ReportDeps): Report {
  let state: LinkState = 'connecting';
  let why = where;
  let projects: () => readonly ProjectStatus[] = () => [];
  let door: Pick<Door, 'url' | 'waiting'> | undefined;
  let uploading: UploadNow | undefined;
  let inbox: Way | undefined;
  const note = () =>
    file.note({
      ...{ state, why, way: way?.(), projects: projects(), uploading, inbox },
      conditions: [...conditions.list(), ...ofRelay.list()],
      ...(door && { agents: { url: door.url, waiting: [...door.waiting()] } }),
    });
  const onChange = (change: ConditionChange) => {
    if ('said' in change) log.warn(`${change.said.title} ${change.said.hint}`);
    else log.info(`no longer true: ${change.cleared.title}`);
    note();
  };
  const conditions = createConditions({ clock: Date.now, onChange });
  const ofRelay = createConditions({ clock: Date.now, onChange });
  return {
    log,
    conditions,
    ofRelay,
    tell,
    link: (next, nextWhy) => {
      state = next;
      why = nextWhy;
      note();
    },
    state: () => state,
    uploading: (now) => {
      uploading = now;
      note();
    },
    inbox: (way) => {
      if (way === inbox) return;
      inbox = way;
      if (way !== undefined) log[way === 'events' ? 'debug' : 'info'](`what people type comes ${inboxText(way)}`);
      note();
    },
    project: ({ id, name }, now, nowWhy) => {
      log[now === 'watched' ? 'info' : 'warn'](`project ${name} is ${now}: ${nowWhy}`);
      tell({ event: 'project', id, name, state: now, why: nowWhy });
    },
    noted: note,
    doors: (opened) => {
      door = opened;
      note();
    },
    lists: (listed) => {
      projects = listed;
    },
  };
}
