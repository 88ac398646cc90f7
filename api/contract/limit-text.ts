/** Formats a limit for documents; its name says the unit. */

/** `16 KiB`, `10 min`, `1,000`. */
export function limitText(name: string, value: number): string {
  if (/Bytes/.test(name)) return value % 1024 === 0 ? bytesText(value) : `${value} bytes`;
  if (/Ms/.test(name)) return durationText(value);
  return value.toLocaleString('en');
}

function bytesText(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

function durationText(ms: number): string {
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [size, unit] = units.find(([each]) => ms >= each) ?? [1, 'ms'];
  return `${ms / size} ${unit}`;
}
