/** The half of a session that this origin stores. Over plain http the cookie goes to every port of the host, and is not valid without this half. The answer that begins a session sets it. */
import { sessionHeader } from '#contract/headers.ts';

const storageKey = 'sallyport.session';

/** Used if the browser stores nothing: the person is signed in until the page is closed. */
let inMemory: string | undefined;

/** The headers to send with the cookie. */
export function sessionHalf(): Record<string, string> {
  const half = inMemory ?? kept();
  return half === undefined ? {} : { [sessionHeader]: half };
}

/** Stores the half that an answer sets, or drops it if the answer removes it. */
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
