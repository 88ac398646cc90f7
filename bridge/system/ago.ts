/** Times for people; programs get ISO 8601. */

/** How long it has lasted since a time (ISO 8601): "12 min", "3 h", "2 d"; undefined below a minute, and where it is no time. */
function lasted(since: string | undefined): string | undefined {
  const minutes = Math.round((Date.now() - Date.parse(since ?? '')) / 60_000);
  if (Number.isNaN(minutes) || minutes < 1) return undefined;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 24 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / (24 * 60))} d`;
}

/** " for 12 min", to follow a verb; empty below a minute, and where it is no time. */
export function forText(since: string | undefined): string {
  const time = lasted(since);
  return time === undefined ? '' : ` for ${time}`;
}

/** How long ago a time was: "just now", "12 min ago", "3 d ago"; empty where it is no time. */
export function agoText(time: string | undefined): string {
  if (Number.isNaN(Date.parse(time ?? ''))) return '';
  const ago = lasted(time);
  return ago === undefined ? 'just now' : `${ago} ago`;
}
