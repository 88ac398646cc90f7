/** Topics of notices, as people choose among them. */
import type { PushDevice } from '#contract/push.ts';

/** In the order of the screen. */
export const topicWords: Readonly<Record<string, string>> = {
  approval: 'Approvals',
  decision: 'Decisions not taken',
  conflict: 'Conflicts',
  failed: 'Changes not made',
  blocked: 'Blocked tasks',
  machine: 'Machines away',
  job: 'Missed jobs',
};

/** All topics, and whether the device hears of each. */
export function topicsOf({ topics }: Pick<PushDevice, 'topics'>) {
  const all = new Set([...Object.keys(topicWords), ...(topics ?? [])]);
  return [...all].map((topic) => ({ topic, isOn: topics?.includes(topic) ?? true }));
}

/** The choice with this topic turned over; null for all of them, also those that a later release adds. */
export function topicsWithout(device: Pick<PushDevice, 'topics'>, turned: string): string[] | null {
  const next = topicsOf(device).filter(({ topic, isOn }) => (topic === turned ? !isOn : isOn));
  return next.length === topicsOf(device).length ? null : next.map(({ topic }) => topic);
}
