/** "Copy as curl": the app's next command as a command line, for people with an API key. */

export interface CurlCommand {
  readonly origin: string;
  readonly machine: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifRev?: string;
}

/** A line for a POSIX shell; `$SALLYPORT_KEY` stands for the key. */
export function curlText({ origin, machine, kind, args, ifRev }: CurlCommand): string {
  const body = JSON.stringify({ kind, args, ...(ifRev === undefined ? {} : { ifRev }) });
  const url = `${origin}/v1/machines/${encodeURIComponent(machine)}/commands?wait=10`;
  return `curl -s -H "Authorization: Bearer $SALLYPORT_KEY" -H 'Content-Type: application/json' -d ${quoted(body)} '${url}'`;
}

/** A word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
