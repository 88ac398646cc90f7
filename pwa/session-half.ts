/** The half of a session that this origin keeps: over plain http the cookie goes to every port of the host, and opens nothing without it. Given by whichever answer begins a session. */
import { sessionHeader } from '#contract/headers.ts';

const storageKey = 'sallyport.session';

/** Where the browser keeps nothing: signed in until the page is left. */
let inMemory: string | undefined;

/** The headers that go with the cookie. */
export function sessionHalf(): Record<string, string> {
  const half = inMemory ?? kept();
  return half === undefined ? {} : { [sessionHeader]: half };
}

/** Keeps what an answer gives, or forgets what it takes away. */
export function takeSessionHalf({ headers }: Response): void {
  const half = headers.get(sessionHeader);
  if (half === null) return;
  inMemory = undefined;
  try {
    if (half === '') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, half);
  } catch {
    inMemory = half === '' ? undefined : half;
  }
}

function kept(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}
