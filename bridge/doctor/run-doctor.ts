/** Runs all checks at once, each after those that it needs, and each for a limited time. Whatever goes wrong in one is a finding, never a failure of the whole. */
import { codeOf } from '../files/guard.ts';
import type { Check, Finding, Ground } from './check.ts';
import { fail, skipped } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import type { Patient } from './patient.ts';
import { createShared } from './shared.ts';

/** One line of the result. */
export type Examined = Finding & Pick<Check, 'name' | 'title' | 'group'>;

/** Time of a check beyond the steps of a connection, in ms. */
const checkMs = 5000;

interface Options {
  readonly checks?: readonly Check[];
  /** Called with each result as it comes. */
  readonly onExamined?: (examined: Examined) => void;
}

/** Examines a machine; resolves to the results in the order of the checks. */
export async function runDoctor(
  patient: Patient,
  { checks = allChecks, onExamined = () => undefined }: Options = {},
): Promise<readonly Examined[]> {
  await using shared = createShared(patient);
  const running = new Map<string, Promise<Examined>>();
  for (const check of checks) {
    const before = (check.after ?? []).map((name) => running.get(name));
    const examine = async () => {
      const missed = (await Promise.all(before)).find((one) => one?.state === 'fail' || one?.state === 'skipped');
      const ground = { ...patient, shared };
      const finding = missed === undefined ? await runInTime(check, ground) : notTried(missed);
      const examined: Examined = { name: check.name, title: check.title, group: check.group, ...finding };
      onExamined(examined);
      return examined;
    };
    running.set(check.name, examine());
  }
  return await Promise.all(running.values());
}

/** Names what came first and failed, also where that kept another check from it. */
function notTried(missed: Examined): Finding {
  return skipped(
    missed.state === 'skipped' && missed.says.startsWith('Not tried') ? missed.says : `Not tried: see ${missed.title}.`,
  );
}

async function runInTime(check: Check, ground: Omit<Ground, 'signal'>): Promise<Finding> {
  const ms = check.limitMs?.(ground) ?? 3 * ground.connectMs + checkMs;
  const { promise: late, resolve } = Promise.withResolvers<Finding>();
  const giveUp = new AbortController();
  const timer = setTimeout(() => {
    giveUp.abort();
    resolve(fail(`No result within ${Math.round(ms / 1000)} s.`, { says: 'Try again.', copy: 'sallyport doctor' }));
  }, ms);
  try {
    if (check.measures && (await ground.shared.greeting()).lost.length > 0) return skipped('Not tried: see Answer.');
    return await Promise.race([check.run({ ...ground, signal: giveUp.signal }), late]);
  } catch (error) {
    return fail(`This could not be checked (${codeOf(error) ?? 'a defect of Sallyport'}).`, {
      says: 'Report it with what this prints:',
      copy: 'sallyport doctor --json',
    });
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

/** Whether nothing is wrong. */
export function isWell(examined: readonly Finding[]): boolean {
  return examined.every(({ state }) => state !== 'fail');
}
