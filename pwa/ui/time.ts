/** Times as people say them, kept true by one shared clock. */
import { createSignal } from 'solid-js';

const [now, setNow] = createSignal(Date.now());
setInterval(() => setNow(Date.now()), 5000);

/** The time in ms since 1970, to the nearest 5 s; reading it subscribes. */
export const clock = now;

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago a time (ms since 1970) was: "just now", "12 min", "2 h", "3 d". */
export function ago(time: number): string {
  const seconds = Math.max(0, (now() - time) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < hour) return `${Math.max(1, Math.round(seconds / minute))} min`;
  if (seconds < day) return `${Math.round(seconds / hour)} h`;
  return `${Math.round(seconds / day)} d`;
}

/** "09:41" today, with the date before that. */
export function atTime(time: number | string): string {
  const date = new Date(time);
  const clockTime = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const today = new Date(now()).toDateString() === date.toDateString();
  return today ? clockTime : `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${clockTime}`;
}

/** "synced 12 s ago". */
export function secondsAgo(time: number): string {
  const seconds = Math.max(0, Math.round((now() - time) / 1000));
  return seconds < 60 ? `${seconds} s ago` : `${ago(time)} ago`;
}
