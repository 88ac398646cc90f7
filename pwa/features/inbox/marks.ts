/** The person's decisions on notices, on all their devices: put off until later, or dismissed; each can be undone. */
import type { Notice } from '#contract/notice.ts';
import type { RecordItem } from '#contract/record.ts';
import type { App, AppState } from '../../state/app-state.ts';
import { randomId } from '../../state/device/random-id.ts';
import { ownRecords } from '../../state/facts/sorts.ts';

/** Records by the key of the notice. */
export type Marks = ReadonlyMap<string, RecordItem>;

export function marksOf(state: AppState): Marks {
  const marks = [...ownRecords(state, 'mark')].sort((a, b) => Date.parse(a.changedAt) - Date.parse(b.changedAt));
  return new Map(marks.map((mark) => [String(mark.meta.notice), mark]));
}

/** Brings a notice back. Two devices that set it aside at the same time have made a mark each. */
export function unmarkNotice(app: Pick<App, 'state' | 'dropRecord'>, key: string): void {
  for (const { id, meta } of ownRecords(app.state, 'mark')) if (meta.notice === key) app.dropRecord(id);
}

/** Whether a notice is put off or dismissed now. A mark does not apply to a notice that came back after it. */
export function markOf(marks: Marks, key: string, { since }: Notice, now: number): RecordItem | undefined {
  const mark = marks.get(key);
  if (mark === undefined || mark.meta.since !== since) return undefined;
  return mark.state === 'dismissed' || Date.parse(String(mark.meta.until)) > now ? mark : undefined;
}

/** Puts a notice off until a time, or (undefined) dismisses it. */
export function markNotice(app: App, key: string, { since }: Notice, until: Date | undefined): void {
  const id = marksOf(app.state).get(key)?.id ?? randomId();
  const about = { notice: key, since };
  if (until === undefined) app.keepRecord({ id, kind: 'mark', state: 'dismissed', meta: about });
  else app.keepRecord({ id, kind: 'mark', state: 'put-off', meta: { ...about, until: until.toISOString() } });
}

/** Tomorrow morning, by this device's clock. */
export function tomorrow(now: number): Date {
  const at = new Date(now);
  at.setDate(at.getDate() + 1);
  at.setHours(9, 0, 0, 0);
  return at;
}
