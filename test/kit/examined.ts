/** Runs the checks of `sallyport doctor` in this process, on a machine of the test, with short times. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { groups as allGroups, type Finding, type Group } from '../../bridge/doctor/check.ts';
import { checks } from '../../bridge/doctor/checks/index.ts';
import type { Patient } from '../../bridge/doctor/patient.ts';
import { type Examined, runDoctor } from '../../bridge/doctor/run-doctor.ts';
import { openTemporaryFolder } from './projects.ts';

export interface Examination {
  /** What a check found. */
  of(name: string): Examined;
  /** Names of the checks that failed, and of those that say something to know of the network or the relay. */
  readonly culprits: readonly string[];
  /** All that a person would read. */
  readonly text: string;
}

/** Examines a machine without a data folder, but for what is given; all of it, or what these groups are about. */
export async function examine(
  patient: Partial<Patient> & Pick<Patient, 'origin'>,
  groups: readonly Group[] = allGroups,
): Promise<Examination> {
  await using folder = await openTemporaryFolder();
  const whole: Patient = {
    env: {},
    data: join(folder.path, 'bridge'),
    key: undefined,
    proxy: undefined,
    roots: [],
    connectMs: 1500,
    holdMs: 1000,
    ...patient,
  };
  const examined = await runDoctor(whole, { checks: checks.filter(({ group }) => groups.includes(group)) });
  const isCulprit = ({ state, group }: Examined) => state === 'fail' || (state === 'note' && group !== 'This machine');
  return {
    of: (name) => {
      const found = examined.find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no check ${name}`);
      return found;
    },
    culprits: examined.filter(isCulprit).map(({ name }) => name),
    text: examined
      .map((one) => `${one.title}: ${one.says} ${'fix' in one ? `${one.fix?.says} ${one.fix?.copy}` : ''}`)
      .join('\n'),
  };
}

/** What a check finds in a process of a user who may not do everything, also where the tests run as root. */
export async function findAsNobody(file: string, name: string, patient: Partial<Patient>): Promise<Finding> {
  const { href } = new URL(`../../bridge/doctor/checks/${file}.ts`, import.meta.url);
  const script = `const { ${name} } = await import('${href}');
    if (process.getuid() === 0) process.setuid(65534);
    const patient = { ...${JSON.stringify(patient)}, signal: new AbortController().signal };
    console.log(JSON.stringify(await ${name}.run(patient)));`;
  const args = ['--conditions=browser', '--input-type=module', '--eval', script];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as Finding;
}
