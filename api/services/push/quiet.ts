/** Quiet hours of a device, by the clock of its time zone. */
import type { QuietHours } from '#contract/push.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** When quiet hours end that hold now, in ms; undefined outside of them. A change of the clocks may move the end by an hour. */
export function quietUntil({ from, to, zone }: QuietHours, nowMs: number): number | undefined {
  const now = minuteOfDay(zone, nowMs);
  const isQuiet = from <= to ? from <= now && now < to : now >= from || now < to;
  if (!isQuiet) return undefined;
  const left = (to - now + DAY_MINUTES) % DAY_MINUTES;
  return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS;
}

function minuteOfDay(zone: string, nowMs: number): number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]));
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0);
}
