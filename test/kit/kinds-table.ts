/** One row for each kind: a wish that is done, and what each way to ask wrongly is answered. A kind without a row does not compile. */
import type { KindName } from '#contract/kinds/index.ts';
import { anyRev } from './bridge-calls.ts';
import type { Ground } from './kinds-ground.ts';

export interface Wish {
  readonly args: Record<string, unknown>;
  readonly ifRev?: string;
}

/** Why there is nothing to answer, in one word. */
export interface Nothing {
  readonly no: string;
}

/** The code that is answered, or `done` or `answered`; before it what is different from the good wish. */
type Cell = string | readonly [code: string, change: Partial<Wish['args']>, ifRev?: string] | Nothing;

export interface Row {
  readonly good: (ground: Ground) => Wish | Promise<Wish>;
  /** Another rev or state than there is now. By default it is `ifRev` that is another. */
  readonly stale: Cell;
  /** Something that is not there. */
  readonly missing: Cell;
  /** The same of a project of the machine that has none of it. */
  readonly elsewhere: Cell;
  /** The same asked of the other machine. */
  readonly otherMachine: string;
  /** Args that name something, with what a name that leads elsewhere is answered beside `args-invalid`. One that is `new` may have any name that leads nowhere. */
  readonly tricks: Readonly<Record<string, string | { readonly new: string }>> | Nothing;
  readonly viewer: 'answered' | 'forbidden';
  /** `copy`: only the machine is unavailable, the path of the kind answers from what the relay holds. */
  readonly offline: 'copy' | 'machine-unavailable';
  readonly queue: 'done' | Nothing;
  /** When it is queued again: what guards one of these is changed by the others. */
  readonly turn?: number;
  readonly policy: 'policy-refused';
  /** Whether its undo brings every byte back, or takes back what it did and leaves a trace. */
  readonly undone: 'bytes' | 'done' | Nothing;
}

const asks = {
  stale: { no: 'question' },
  viewer: 'answered',
  offline: 'copy',
  queue: { no: 'question' },
  policy: 'policy-refused',
  undone: { no: 'question' },
} as const;
const ofProject = { otherMachine: 'project-unknown', elsewhere: { no: 'alike' } } as const;
const ofMachine = { elsewhere: { no: 'machine' } } as const;
const does = { viewer: 'forbidden', offline: 'machine-unavailable', queue: 'done', policy: 'policy-refused' } as const;

/** What is not there in the bare project is not found. */
const without = (code: string) => ({ otherMachine: 'project-unknown', elsewhere: code }) as const;
const listed = { ...asks, ...ofProject, missing: { no: 'list' }, tricks: { project: 'project-unknown' } } as const;
const ofSpec = {
  ...without('spec-unknown'),
  missing: ['spec-unknown', { spec: 'nothing' }],
  tricks: { project: 'project-unknown', spec: 'spec-unknown' },
} as const;
const ofApproval = {
  ...without('approval-unknown'),
  missing: ['approval-unknown', { approval: 'nothing' }],
  tricks: { project: 'project-unknown', approval: 'approval-unknown' },
} as const;
/** A command on an approval that is not there cannot tell one that an agent has taken from one that never was. */
const onApprovals = {
  ...without('approval-gone'),
  missing: ['approval-gone', { approval: 'nothing' }],
  tricks: { project: 'project-unknown', approval: 'approval-gone' },
} as const;
const ofJob = {
  ...ofMachine,
  otherMachine: 'job-unknown',
  missing: ['job-unknown', { job: 'nothing' }],
  tricks: { job: 'job-unknown' },
} as const;
const asksMachine = { ...asks, offline: 'machine-unavailable' } as const;
const changesJobs = { ...does, stale: 'conflict', undone: 'done' } as const;

const of =
  (args: Record<string, unknown>) =>
  ({ project }: Ground): Wish => ({ args: { project, ...args } });
const lookedAt = of({ approval: 'look' });
const log = { summary: 'Hung it', filesModified: ['b.ts'], filesCreated: [], artifacts: {} };

const base = '.spec-workflow';
const withRev =
  (path: string, args: Record<string, unknown>) =>
  async ({ project, rev }: Ground): Promise<Wish> => ({ args: { project, ...args }, ifRev: await rev(path) });
const ofFolder =
  (kind: 'spec-list' | 'spec-archived-list', spec: string) =>
  async ({ project, folderRev }: Ground): Promise<Wish> => ({
    args: { project, spec },
    ifRev: await folderRev(kind, spec),
  });
const onApproval =
  (approval: string, args: Record<string, unknown>) =>
  async ({ project, revsOf }: Ground): Promise<Wish> => ({
    args: { project, approval, ...args },
    ifRev: (await revsOf(approval)).ifRev,
  });
const onJobs =
  (make: (ground: Ground) => Record<string, unknown>) =>
  async (ground: Ground): Promise<Wish> => ({
    args: make(ground),
    ifRev: (await ground.ask<{ rev: string }>('job-list')).rev,
  });
const edits = [{ start: 0, end: 1, text: '##' }];

const onTerminal = {
  ...does,
  ...ofMachine,
  missing: ['record-unknown', { terminal: 'AAAAAAAAAAAAAAAA' }],
  otherMachine: 'record-unknown',
  tricks: { terminal: 'record-unknown' },
  undone: { no: 'undo' },
} as const;

export const kindsTable: Readonly<Record<KindName, Row>> = {
  'approval-content': { ...asks, ...ofApproval, good: lookedAt },
  'approval-create': {
    ...does,
    good: of({ title: 'Asking', file: `${base}/specs/asking/design.md`, format: 'spec-workflow' }),
    stale: { no: 'new' },
    ...without('reviewed-file-unreadable'),
    missing: ['reviewed-file-unreadable', { file: `${base}/specs/asking/nothing.md` }],
    tricks: { project: 'project-unknown', file: 'reviewed-file-unreadable', categoryName: { new: 'edit-refused' } },
    undone: 'done',
  },
  'approval-decide-many': {
    ...does,
    ...onApprovals,
    good: async ({ project, revsOf }) => ({
      args: { project, decision: 'approve', items: [{ approval: 'decide-many', ...(await revsOf('decide-many')) }] },
    }),
    stale: ['conflict', { items: [{ approval: 'decide-many', ifRev: anyRev, fileRev: anyRev }] }],
    missing: ['approval-gone', { items: [{ approval: 'nothing', ifRev: anyRev, fileRev: anyRev }] }],
    tricks: { project: 'project-unknown', 'items.approval': 'approval-gone' },
    undone: 'done',
  },
  'approval-decision': { ...asks, ...ofApproval, good: of({ approval: 'thrown-away' }) },
  'approval-delete': {
    ...does,
    ...onApprovals,
    good: onApproval('remove', { withdraw: true }),
    stale: 'conflict',
    undone: 'bytes',
  },
  'approval-diff': { ...asks, ...ofApproval, good: lookedAt },
  'approval-get': { ...asks, ...ofApproval, good: lookedAt },
  'approval-list': { ...listed, good: of({ status: 'pending' }) },
  'approval-reopen': {
    ...does,
    ...onApprovals,
    good: onApproval('taken-back', {}),
    stale: 'conflict',
    undone: { no: 'undo' },
  },
  'approval-reopen-many': {
    ...does,
    ...onApprovals,
    good: async ({ project, revsOf }) => {
      const { ifRev } = await revsOf('taken-back-too');
      return { args: { project, items: [{ approval: 'taken-back-too', ifRev }] } };
    },
    stale: ['conflict', { items: [{ approval: 'taken-back-too', ifRev: anyRev }] }],
    missing: ['approval-gone', { items: [{ approval: 'nothing', ifRev: anyRev }] }],
    tricks: { project: 'project-unknown', 'items.approval': 'approval-gone' },
    undone: { no: 'undo' },
  },
  'approval-snapshot': {
    ...does,
    ...onApprovals,
    good: of({ approval: 'keep' }),
    stale: { no: 'new' },
    undone: { no: 'copy' },
  },
  'approval-snapshot-get': {
    ...asks,
    ...ofApproval,
    good: of({ approval: 'look', version: 1 }),
    missing: ['snapshot-unknown', { version: 9 }],
  },
  'approval-snapshots': { ...asks, ...ofApproval, good: lookedAt },
  'approval-update': {
    ...does,
    ...onApprovals,
    good: async ({ project, revsOf }) => {
      const { ifRev, fileRev } = await revsOf('decide');
      return {
        args: { project, approval: 'decide', decision: 'needs-revision', response: '2 minutes', fileRev },
        ifRev,
      };
    },
    stale: ['reviewed-file-changed', { fileRev: anyRev }],
    undone: 'done',
  },
  'approval-wait': { ...asks, ...ofApproval, good: of({ approval: 'taken-back' }) },
  exec: {
    ...does,
    otherMachine: 'project-unknown',
    elsewhere: { no: 'alike' },
    good: of({ argv: ['true'] }),
    stale: { no: 'new' },
    missing: ['cwd-unavailable', { cwd: 'nothing' }],
    tricks: { project: 'project-unknown', cwd: 'cwd-unavailable' },
    undone: { no: 'undo' },
  },
  'file-read': {
    ...asks,
    ...without('document-unknown'),
    good: of({ path: `${base}/specs/reading/NOTES.md` }),
    missing: ['document-unknown', { path: `${base}/specs/reading/nothing.md` }],
    tricks: { project: 'project-unknown', path: 'document-unknown' },
  },
  'file-write': {
    ...does,
    ...without('document-unknown'),
    good: withRev(`${base}/specs/reading/NOTES.md`, { path: `${base}/specs/reading/NOTES.md`, edits }),
    stale: 'conflict',
    missing: ['document-unknown', { path: `${base}/specs/reading/nothing.md` }],
    tricks: { project: 'project-unknown', path: 'path-refused' },
    undone: 'bytes',
  },
  'impl-log-add': {
    ...does,
    ...ofSpec,
    good: of({ spec: 'ticking', task: '2', ...log, statistics: { linesAdded: 1, linesRemoved: 2 } }),
    stale: { no: 'new' },
    tricks: { project: 'project-unknown', spec: 'spec-unknown', task: 'task-unknown' },
    undone: { no: 'log' },
  },
  'impl-log-read': { ...asks, ...ofSpec, good: of({ spec: 'reading' }) },
  'impl-log-search': { ...asks, ...ofSpec, good: of({ spec: 'reading', q: 'drew' }) },
  'impl-log-task-stats': { ...asks, ...ofSpec, good: of({ spec: 'reading', task: '1' }) },
  'job-create': {
    ...changesJobs,
    ...ofMachine,
    good: onJobs(() => ({ name: 'Made', type: 'cleanup-archived-specs', daysOld: 400, schedule: '0 2 * * *' })),
    missing: { no: 'new' },
    otherMachine: 'conflict',
    tricks: { no: 'nameless' },
  },
  'job-delete': { ...changesJobs, ...ofJob, good: onJobs(({ job }) => ({ job: job('drop') })), turn: 1 },
  'job-get': { ...asksMachine, ...ofJob, good: ({ job }) => ({ args: { job: job('look') } }) },
  'job-history': { ...asksMachine, ...ofJob, good: ({ job }) => ({ args: { job: job('look'), limit: 5 } }) },
  'job-list': {
    ...asksMachine,
    ...ofMachine,
    good: () => ({ args: {} }),
    missing: { no: 'list' },
    otherMachine: 'answered',
    tricks: { tool: 'args-invalid' },
  },
  'job-plan': { ...asksMachine, ...ofJob, good: ({ job }) => ({ args: { job: job('look') } }) },
  'job-run': {
    ...does,
    ...ofJob,
    good: async ({ ask, job }) => {
      const { planRev } = await ask<{ planRev: string }>('job-plan', { job: job('sweep') });
      return { args: { job: job('sweep'), confirm: [] }, ifRev: planRev };
    },
    stale: 'plan-changed',
    turn: 2,
    undone: 'done',
  },
  'job-stats': { ...asksMachine, ...ofJob, good: ({ job }) => ({ args: { job: job('look') } }) },
  'job-update': {
    ...changesJobs,
    ...ofJob,
    good: onJobs(({ job }) => ({ job: job('change'), daysOld: 301 })),
    turn: 3,
  },
  'project-add': {
    ...does,
    ...ofMachine,
    good: ({ key }) => ({ args: { key } }),
    stale: { no: 'new' },
    missing: ['project-unknown', { key: 'AAAAAAAAAAAAAAAA' }],
    otherMachine: 'project-unknown',
    tricks: { key: 'args-invalid' },
    undone: 'done',
  },
  doctor: {
    ...asksMachine,
    ...ofMachine,
    good: () => ({ args: {} }),
    missing: { no: 'list' },
    otherMachine: 'answered',
    tricks: { no: 'nameless' },
  },
  'project-discover': {
    ...asksMachine,
    ...ofMachine,
    good: () => ({ args: {} }),
    missing: { no: 'list' },
    otherMachine: 'answered',
    tricks: { no: 'nameless' },
  },
  'project-info': { ...listed, good: of({}), missing: ['project-unknown', { project: 'nothing' }] },
  'project-remove': {
    ...does,
    good: ({ spare }) => ({ args: { project: spare } }),
    stale: { no: 'unguarded' },
    missing: ['project-unknown', { project: 'nothing' }],
    elsewhere: { no: 'itself' },
    otherMachine: 'project-unknown',
    tricks: { project: 'project-unknown' },
    undone: 'done',
  },
  'recording-list': {
    ...asksMachine,
    ...ofMachine,
    good: () => ({ args: {} }),
    missing: { no: 'list' },
    otherMachine: 'answered',
    tricks: { no: 'nameless' },
    viewer: 'forbidden',
  },
  'recording-read': {
    ...asksMachine,
    ...ofMachine,
    good: ({ terminal }) => ({ args: { terminal } }),
    missing: ['record-unknown', { terminal: 'AAAAAAAAAAAAAAAA' }],
    otherMachine: 'record-unknown',
    tricks: { terminal: 'record-unknown' },
    viewer: 'forbidden',
  },
  'run-output': {
    ...asksMachine,
    ...ofMachine,
    good: ({ run }) => ({ args: { run } }),
    missing: ['record-unknown', { run: 'AAAAAAAAAAAAAAAA' }],
    otherMachine: 'record-unknown',
    tricks: { run: 'record-unknown' },
    viewer: 'forbidden',
  },
  'spec-archive': { ...does, ...ofSpec, good: ofFolder('spec-list', 'away'), stale: 'conflict', undone: 'bytes' },
  'spec-archived-list': { ...listed, good: of({}) },
  'spec-archived-read': { ...asks, ...ofSpec, good: of({ spec: 'put-away' }) },
  'spec-create': {
    ...does,
    ...ofProject,
    good: of({ name: 'made', format: 'spec-workflow' }),
    stale: ['edit-refused', { name: 'reading' }],
    missing: { no: 'new' },
    tricks: { project: 'project-unknown', name: { new: 'args-invalid' } },
    undone: { no: 'archive' },
  },
  'spec-document-write': {
    ...does,
    ...ofSpec,
    good: withRev(`${base}/specs/writing/design.md`, { spec: 'writing', document: 'design.md', edits }),
    stale: 'conflict',
    tricks: { project: 'project-unknown', spec: 'spec-unknown', document: 'args-invalid' },
    undone: 'bytes',
  },
  'spec-list': { ...listed, good: of({}), missing: ['spec-unknown', { spec: 'nothing' }] },
  'spec-metadata-update': {
    ...does,
    ...ofSpec,
    good: withRev('specs/001-lean/README.md', { spec: '001-lean', priority: 'high' }),
    stale: 'conflict',
    tricks: { project: 'project-unknown', spec: 'spec-unknown', parent: 'edit-refused' },
    undone: 'bytes',
  },
  'spec-read': { ...asks, ...ofSpec, good: of({ spec: 'reading' }) },
  'spec-unarchive': {
    ...does,
    ...ofSpec,
    good: ofFolder('spec-archived-list', 'back'),
    stale: 'conflict',
    undone: 'bytes',
  },
  'steering-read': {
    ...asks,
    ...without('steering-unknown'),
    good: of({ document: 'product' }),
    missing: ['steering-unknown', { document: 'structure' }],
    tricks: { project: 'project-unknown', document: 'args-invalid', format: 'args-invalid' },
  },
  'steering-status': { ...listed, good: of({}), tricks: { project: 'project-unknown', format: 'args-invalid' } },
  'steering-write': {
    ...does,
    ...without('conflict'),
    good: withRev(`${base}/steering/tech.md`, { document: 'tech', edits }),
    stale: 'conflict',
    missing: ['conflict', { document: 'structure' }],
    tricks: { project: 'project-unknown', document: 'args-invalid', format: 'args-invalid' },
    undone: 'bytes',
  },
  'task-progress': { ...asks, ...ofSpec, good: of({ spec: 'reading' }) },
  'task-status-update': {
    ...does,
    ...ofSpec,
    good: of({ spec: 'ticking', task: '1', status: 'completed', was: 'pending' }),
    stale: ['conflict', { was: 'in-progress' }],
    tricks: { project: 'project-unknown', spec: 'spec-unknown', task: 'args-invalid', document: 'document-unknown' },
    undone: 'bytes',
  },
  'terminal-attach': {
    ...onTerminal,
    good: async ({ terminal }) => ({ args: { terminal } }),
    stale: { no: 'unguarded' },
  },
  'terminal-close': {
    ...onTerminal,
    good: async ({ project, machine }) => {
      const args = { project, cols: 80, rows: 24, argv: ['true'] };
      const { result } = await machine.send('terminal-open', args);
      return { args: { terminal: (result as { readonly terminal: string }).terminal } };
    },
    stale: { no: 'unguarded' },
  },
  'terminal-open': {
    ...does,
    otherMachine: 'project-unknown',
    elsewhere: { no: 'alike' },
    good: of({ cols: 80, rows: 24, argv: ['true'] }),
    stale: { no: 'new' },
    missing: ['cwd-unavailable', { cwd: 'nothing' }],
    tricks: { project: 'project-unknown', cwd: 'cwd-unavailable' },
    undone: { no: 'undo' },
  },
  'terminal-rename': {
    ...onTerminal,
    good: async ({ terminal, recordRev }) => ({
      args: { terminal, title: 'Renamed' },
      ifRev: await recordRev(terminal),
    }),
    stale: 'conflict',
  },
  'trash-restore': {
    ...does,
    ...without('edit-refused'),
    good: ({ project, trashed }) => ({ args: { project, items: [trashed] } }),
    stale: { no: 'unguarded' },
    missing: ['edit-refused', { items: [`${base}/.sallyport-trash/2026-01-01T00-00-00.000Z/nothing`] }],
    tricks: { project: 'project-unknown', 'items.': 'edit-refused' },
    undone: { no: 'undo' },
  },
};
