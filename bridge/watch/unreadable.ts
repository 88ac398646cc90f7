/** What is said of the files of a project that cannot be read. Pure. */
import type { Said } from '../conditions.ts';

/** The condition of a project some of whose files cannot be read since then; undefined where there are none. */
export function unreadableSaid(
  name: string,
  unreadable: ReadonlyMap<string, Date>,
): Pick<Said, 'title' | 'hint'> | undefined {
  const [[path, since] = []] = unreadable;
  if (path === undefined || since === undefined) return undefined;
  const others = unreadable.size === 1 ? '' : ` and ${unreadable.size - 1} more of its files`;
  return {
    title: `${path}${others} cannot be read since ${since.toISOString()} (project ${name}). What was known before is still shown.`,
    hint: `Let the bridge's user read it: chmod u+r "${path}", or chown it.`,
  };
}
