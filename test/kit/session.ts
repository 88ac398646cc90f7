/** A browser that has signed in, as the headers that its requests carry. */
import { sessionHeader } from '#contract/headers.ts';

/** The headers of a session: its cookies, and over plain http the half that its page keeps. Empty where nobody was let in. */
export type Session = Readonly<Record<string, string>>;

/** What an answer leaves a browser with that had `before`. */
export function sessionOf({ headers }: { readonly headers: Headers }, before: Session = {}): Session {
  const pairs = [
    ...(before.cookie?.split('; ') ?? []),
    ...headers.getSetCookie().map((set) => set.split(';')[0] ?? ''),
  ];
  const jar = new Map(pairs.map((pair) => [pair.split('=')[0], pair]));
  const half = headers.get(sessionHeader) ?? before[sessionHeader];
  return {
    ...(jar.size === 0 ? {} : { cookie: [...jar.values()].join('; ') }),
    ...(half ? { [sessionHeader]: half } : {}),
  };
}
