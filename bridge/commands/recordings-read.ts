/** Who may read recordings from away: only where terminals may be had unsigned, since an answer passes the relay in plain text. */
import { policyVerdict } from '#contract/policy-verdict.ts';
import { Problem } from '#contract/problems.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { MachineContext } from './handler.ts';

type Context = Pick<MachineContext, 'policy' | 'projects'>;

const opening = { kind: 'terminal-open', risk: 'execute' } as const;

/** Whether that of a terminal may be: as the project allows in which it was opened. Where nobody knows that any more, no project may be stricter. */
export function isRecordingRead(place: ReturnType<Sessions['placeOf']>, { policy, projects }: Context): boolean {
  const project = projects.find(({ id }) => id === place?.project);
  const isHome = place !== undefined && place.project === undefined;
  if (project !== undefined || isHome) return policyVerdict(policy, { ...opening, project }) === 'allow';
  const named = Object.keys(policy.projects ?? {}).map((name) => ({ id: name, name }));
  return [undefined, ...named].every((one) => policyVerdict(policy, { ...opening, project: one }) === 'allow');
}

/** Throws `policy-refused`. */
export function assertRecordingsRead({ policy }: Pick<Context, 'policy'>, isRead = true): void {
  if (isRead && policyVerdict(policy, opening) === 'allow') return;
  throw new Problem(
    'policy-refused',
    'Recordings are read from away where policy.json allows terminals ("kinds": {"terminal-open": "allow"}). On the machine they are files: asciinema play recordings/<terminal>.cast in the data folder.',
  );
}
