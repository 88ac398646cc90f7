/** The doctor inside a running bridge: one run at a time, whose result everybody who asks within two minutes gets. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import type { DataFolder } from '../data/data-folder.ts';
import type { ProxyServer } from '../net/proxy.ts';
import { fixedWay, type WayFinder } from '../net/ways.ts';
import type { Env } from '../projects/registries.ts';
import { skipped } from './check.ts';
import { checks } from './checks/index.ts';
import { secretsOf } from './for-members.ts';
import type { Patient } from './patient.ts';
import { type Examined, runDoctor } from './run-doctor.ts';
import { findServiceHere } from './service-here.ts';

/** A run as it is now. */
export interface Examination {
  readonly at: Date;
  readonly complete: boolean;
  readonly examined: readonly Examined[];
  /** Texts that must not leave this machine. */
  readonly secrets: readonly string[];
}

export type Examine = () => Promise<Examination>;

/** `answerMs` is the time after which a run that has not ended is answered as it is; it goes on, and the next one who asks gets more. */
export function createExaminer(
  patient: () => Promise<Patient>,
  { clock = Date.now, answerMs = limits.doctorAnswerMs }: { clock?: () => number; answerMs?: number } = {},
): Examine {
  let last: Run | undefined;
  return async () => {
    if (last === undefined || (last.isOver() && clock() - last.at > limits.doctorFreshMs)) last = begin(patient, clock);
    const run = last;
    const waited = new AbortController();
    await Promise.race([run.over, delay(answerMs, undefined, { signal: waited.signal }).catch(() => undefined)]);
    waited.abort();
    return run.soFar();
  };
}

interface Run {
  readonly at: number;
  /** Never rejects. */
  readonly over: Promise<void>;
  isOver(): boolean;
  /** Throws what kept the run from beginning. */
  soFar(): Examination;
}

function begin(patient: () => Promise<Patient>, clock: () => number): Run {
  const at = clock();
  const found = new Map<string, Examined>();
  let secrets: readonly string[] = [];
  let [isOver, failure]: [boolean, unknown] = [false, undefined];
  const examine = async () => {
    const who = await patient();
    secrets = secretsOf(who);
    await runDoctor(who, { onExamined: (examined) => found.set(examined.name, examined) });
  };
  const over = examine()
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      isOver = true;
    });
  const soFar = () => {
    if (failure !== undefined) throw failure;
    const examined = checks.map(
      ({ name, title, group }) =>
        found.get(name) ?? { name, title, group, ...skipped('It is still being tried. Ask again in half a minute.') },
    );
    return { at: new Date(at), complete: isOver, examined, secrets };
  };
  return { at, over, isOver: () => isOver, soFar };
}

interface Own {
  readonly origin: URL;
  readonly key: string;
  readonly relayKey?: string | undefined;
  readonly proxy: ProxyServer | WayFinder | undefined;
  readonly data: Pick<DataFolder, 'path' | 'machine'>;
  readonly env?: Env;
}

/** The machine of a running bridge, which knows its relay, its key and its ways better than its files do. */
export async function patientOf(own: Own, projects: Iterable<{ readonly root: string }>): Promise<Patient> {
  const { origin, key, relayKey, proxy, data, env = {} } = own;
  const finder = proxy !== undefined && 'find' in proxy ? proxy : fixedWay(proxy);
  const found = await finder.find().then(
    (ways) => ({ ways, proxy: ways.hops[0] }),
    (error: unknown) => ({ proxy: undefined, proxyTrouble: reasonOf(error) }),
  );
  return {
    ...{ env, data: data.path, origin, key, relayKey, ...found },
    service: await findServiceHere(data.path, env),
    roots: [...projects].map(({ root }) => root),
    machine: data.machine(),
    connectMs: limits.connectMs / 2,
    holdMs: limits.doctorHoldMs,
  };
}
