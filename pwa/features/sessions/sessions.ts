/** Terminals and runs as the screens show them, made of their records. Pure. */
import { titleOfArgv } from '#contract/argv-title.ts';
import { sayEndReason } from '#contract/end-reasons.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { printable } from '#contract/printable.ts';
import type { RecordItem } from '#contract/record.ts';
import { hrefTo } from '../../route.ts';
import type { AppState } from '../../state/app-state.ts';
import { machineRecords, machinesOf } from '../../state/facts/sorts.ts';

/** `lost`: it ran when its machine was heard last here, and nobody knows whether it still does. */
export type SessionState = 'running' | 'lost' | 'ended' | 'failed';

export interface Session {
  readonly id: string;
  readonly kind: 'terminal' | 'run';
  readonly machine: Machine;
  readonly record: RecordItem;
  readonly state: SessionState;
  readonly title: string;
  /** Id of the project. */
  readonly project: string | undefined;
  /** "shop/api": the project and the folder in it; "~/api" without one. */
  readonly folder: string;
  readonly cwd: string | undefined;
  readonly argv: readonly string[];
  /** Whether `argv` is all that it was started with: what is cut short is not started again. */
  readonly isWhole: boolean;
  /** What runs, as its words. */
  readonly command: string;
  /** What a list says of it beside its title: of a terminal what was begun in it last, else what runs. Undefined where the title says it. */
  readonly ran: string | undefined;
  readonly by: string | undefined;
  /** The people who are in it now, and who of all typed last. */
  readonly readers: readonly string[];
  readonly typing: string | undefined;
  /** Ms since 1970, by the machine's clock. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** When something last happened in it. */
  readonly activeAt: number;
  /** "ended with 1", "ended by SIGKILL", "ended: the machine was restarted"; undefined while it runs. */
  readonly end: string | undefined;
}

const kinds = ['terminal', 'run'] as const;

/** The state in a word or two; of one that has ended, whether it did so well. */
export function stateWord({ state, machine }: Session): string {
  if (state === 'lost') return machine.status === 'online' ? 'No connection' : 'Machine offline';
  return { running: 'Running', ended: 'Ended', failed: 'Failed' }[state];
}

/** All of the machines that are kept on this device, or of one; the newest activity first. */
export function sessionsOf(state: AppState, only?: string): readonly Session[] {
  return Object.values(machinesOf(state))
    .filter(({ id }) => only === undefined || id === only)
    .flatMap((machine) =>
      kinds.flatMap((kind) =>
        machineRecords(state, machine.id, kind).map((record) => sessionOf(state, machine, record)),
      ),
    )
    .sort((a, b) => b.activeAt - a.activeAt);
}

/** One by its id; undefined if no machine that is kept here tells it. */
export function findSession(state: AppState, id: string | undefined): Session | undefined {
  return sessionsOf(state).find((session) => session.id === id);
}

function sessionOf({ connection }: AppState, machine: Machine, record: RecordItem): Session {
  const { meta } = record;
  const state = stateOf(machine, record, connection.rung !== 'offline');
  const argv = Array.isArray(meta.argv) ? meta.argv.map(String) : [];
  const [startedAt, endedAt, activeAt] = [meta.startedAt, meta.endedAt, meta.activeAt].map(timeOf);
  const command = argv.length === 3 && isShell(argv) ? (argv[2] ?? '') : argv.join(' ');
  return {
    id: record.id,
    kind: record.kind === 'run' ? 'run' : 'terminal',
    ...{ machine, record, argv, command, startedAt, endedAt, state },
    title: record.title || command || record.id,
    project: record.project,
    folder: folderOf(machine, record),
    cwd: textOf(meta.cwd),
    isWhole: meta.hasMore !== true,
    ran: ranIn(record, argv, command),
    by: textOf(meta.by),
    readers: state === 'running' && Array.isArray(meta.readers) ? meta.readers.map(String) : [],
    typing: textOf(meta.typing),
    activeAt: Math.max(activeAt ?? 0, endedAt ?? 0, startedAt ?? 0),
    end: record.state === 'ended' ? endOf(record) : undefined,
  };
}

function ranIn({ title, meta }: RecordItem, argv: readonly string[], command: string): string | undefined {
  const inTitle = [titleOfArgv(argv), printable(command, limits.recordTitleLengthMax)];
  const started = isLoginShell(argv) ? (argv[0]?.split('/').at(-1) ?? '') : command;
  const ran = textOf(meta.ran) ?? (inTitle.includes(title) ? title : started);
  return ran === title ? undefined : ran;
}

/** Whether it is a line for a shell: `sh -lc <line>`. */
export function isShell([program = '', flags = '']: readonly string[]): boolean {
  return /(?:^|\/)(?:sh|bash|zsh|dash|fish|ksh)$/.test(program) && /^-\w*c$/.test(flags);
}

/** `/bin/zsh -l`: which shell says more. */
function isLoginShell(argv: readonly string[]): boolean {
  return argv.length === 2 && argv[1] === '-l';
}

function stateOf({ status }: Machine, { state, meta }: RecordItem, isRelayHeard: boolean): SessionState {
  if (state === 'ended') return meta.exitCode === 0 ? 'ended' : 'failed';
  return status === 'online' && isRelayHeard ? 'running' : 'lost';
}

function folderOf(machine: Machine, { project, meta }: RecordItem): string {
  const cwd = textOf(meta.cwd);
  const root = project === undefined ? '~' : (machine.projects.find(({ id }) => id === project)?.name ?? project);
  return cwd === undefined || cwd === '.' || cwd === '' ? root : `${root}/${cwd}`;
}

function endOf({ meta }: RecordItem): string {
  if (meta.timedOut === true) return 'ended: its time was up';
  const signal = textOf(meta.signal);
  if (signal !== undefined) return `ended by ${signal}`;
  if (typeof meta.exitCode === 'number') return `ended with ${meta.exitCode}`;
  const reason = textOf(meta.reason);
  return reason === undefined ? 'ended' : `ended: ${sayEndReason(reason)}`;
}

/** Where a session is shown; `only` keeps the list beside it to one machine. */
export function hrefOfSession({ kind, id }: Pick<Session, 'kind' | 'id'>, only?: string): string {
  return hrefTo({ place: kind, item: id, ...(only === undefined ? {} : { machine: only }) });
}

/** Where the recording of a terminal is played. */
export function hrefOfRecording(terminal: string): string {
  return hrefTo({ place: 'recording', item: terminal });
}

/** "6.2 s", "3 min 4 s"; of what goes on "6 s". */
export function lasting(ms: number, isOver: boolean): string {
  if (isOver && ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = isOver ? Math.round(ms / 1000) : Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
