/** Creates the parts for commands and queries of one bridge: policy, pinned keys, journal, and the machine's own audit log. */
import type { Act } from '#contract/audit.ts';
import type { Policy } from '#contract/machine.ts';
import type { Decisions } from '../approvals/decisions.ts';
import { enterAudit } from '../audit/log.ts';
import { createAuditQueue } from '../audit/queue.ts';
import type { Conditions } from '../conditions.ts';
import { fileFailed } from '../files/guard.ts';
import type { Pins } from '../keys/pins.ts';
import type { SealingKeys } from '../keys/sealing-keys.ts';
import type { Log } from '../log.ts';
import type { Projects } from '../projects/projects.ts';
import type { WatchList } from '../projects/watch-list.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { RelayClock } from '../sync/clock.ts';
import type { Untold } from '../sync/untold.ts';
import { createExecutor, type Executor } from './execute.ts';
import { openJournal } from './journal.ts';
import type { MachineDeps } from './machine.ts';
import { openNonces } from './nonces.ts';
import { createQueries, type Queries, type QueriesDeps } from './queries.ts';

export interface CommandsDeps {
  /** The data folder's path. */
  readonly folder: string;
  readonly log: Log;
  readonly conditions: Conditions;
  readonly clock: RelayClock;
  readonly policy: () => Policy;
  readonly pins: Pins;
  readonly projects: Pick<Projects, 'all' | 'takeIn'>;
  /** The homes of tools that exist now. */
  readonly homes: MachineDeps['homes'];
  readonly watchList: WatchList;
  readonly sessions: Sessions;
  readonly sealingKeys: SealingKeys;
  /** Hears how each command has ended. */
  readonly decisions: Pick<Decisions, 'left' | 'settled'>;
  readonly untold: Pick<Untold, 'results' | 'answers'>;
  /** What this machine tells of its projects beside their files. */
  readonly records: QueriesDeps['records'];
  readonly examine: QueriesDeps['examine'];
  /** Renews every lease; false if another bridge has them now. */
  readonly renew: () => Promise<boolean>;
}

export interface Commands extends AsyncDisposable {
  readonly executor: Executor;
  readonly queries: Queries;
  /** Records an act in the machine's own audit log. */
  readonly record: (act: Act) => void;
}

/** Opens the files that commands need. Nothing begins before `executor.recover`. */
export async function openCommands(deps: CommandsDeps): Promise<Commands> {
  const { folder, log, clock, policy, projects, untold, decisions } = deps;
  await using opened = new AsyncDisposableStack();
  const journal = opened.use(await openJournal(folder, clock.now, log.warn));
  const onTrouble = (error: Error | undefined) => sayAudit(deps.conditions, error);
  const audit = opened.use(createAuditQueue({ write: (act) => enterAudit(folder, act), onTrouble }));
  const nonces = opened.use(await openNonces(folder));
  const rules = {
    projects: projects.all,
    homes: deps.homes,
    watchList: deps.watchList,
    sessions: deps.sessions,
    sealingKeys: deps.sealingKeys,
    decisions,
    policy,
    signatures: { pins: deps.pins, nonces, now: Date.now },
    serverNow: clock.now,
    onDefect: (id: string, error: unknown) =>
      log.error(`${id} met a defect: ${error instanceof Error ? error.stack : String(error)}`),
  };
  const { takeIn } = projects;
  const onSettled = decisions.settled;
  const effects = { journal, record: audit.enter, takeIn, renew: deps.renew, onSettled, onResult: untold.results.ring };
  const held = opened.move();
  return {
    executor: createExecutor({ ...rules, ...effects }),
    record: (act) => void audit.enter(act),
    queries: createQueries({
      ...{ ...rules, records: deps.records, examine: deps.examine },
      record: (act) => void audit.enter(act),
      onAnswer: untold.answers.ring,
    }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Sets the condition that the machine's own audit log cannot be written, or clears it. */
function sayAudit(conditions: Conditions, error: Error | undefined): void {
  if (error === undefined) conditions.clear('audit-not-written');
  else
    conditions.say({
      topic: 'audit-not-written',
      title: `Could not write the machine's audit log: ${fileFailed(error).detail}`,
      hint: `Commands still run, and their audit entries are kept in memory. Check free disk space and the owner of audit.jsonl in the bridge's data folder.`,
    });
}
