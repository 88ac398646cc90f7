/** "Copy as curl" for the relay's own calls: what a button does, as a command line with the real address and ids. */
import type { CallArguments } from '#contract/call-types.ts';
import { type CallName, calls, pathOf } from '#contract/paths.ts';
import { quoted } from './curl-text.ts';

interface Request {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** A line for a POSIX shell; `$SALLYPORT_KEY` stands for the key. */
export function curlCall<Name extends CallName>(name: Name, ...rest: CallArguments<Name, object>): string {
  const { parameters, query, body }: Request = rest[0] ?? {};
  const { method } = calls[name];
  const url = new URL(pathOf(name, parameters, query), location.origin);
  return [
    'curl -s',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    '-H "Authorization: Bearer $SALLYPORT_KEY"',
    ...(body === undefined ? [] : [`-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`]),
    quoted(url.href),
  ].join(' ');
}
