/** Days and weeks by the device's clock, and times as files write them. */

/** Midnight of the day of a time, `more` days later. */
export function dayOf(time: number, more = 0): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + more).getTime();
}

/** Monday of the week of a time. */
export function weekOf(time: number): number {
  return dayOf(time, -((new Date(time).getDay() + 6) % 7));
}

/** The midnights from the day of `from` to that of `to`. */
export function daysBetween(from: number, to: number): readonly number[] {
  const days: number[] = [];
  for (let day = dayOf(from); day <= to; day = dayOf(day, 1)) days.push(day);
  return days;
}

/** The Mondays of the last weeks, oldest first. */
export function lastWeeks(count: number, now: number): readonly number[] {
  const monday = weekOf(now);
  return Array.from({ length: count }, (_, at) => dayOf(monday, 7 * (at + 1 - count)));
}

/** A time as a file says it, in ms since 1970: a bare date is that day here. Undefined where it is none. */
export function timeOf(said: unknown): number | undefined {
  if (typeof said !== 'string') return undefined;
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(said) ? `${said}T00:00` : said);
  return Number.isFinite(time) ? time : undefined;
}

/** "3 Nov", with the year where it is not this one. */
export function dateWords(time: number): string {
  const date = new Date(time);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString([], { day: 'numeric', month: 'short', year });
}
