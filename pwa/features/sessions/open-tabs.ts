/** The sessions that are open side by side in this tab of the browser, oldest first. */
import { createSignal } from 'solid-js';

const key = 'sallyport.open-sessions';
const countMax = 12;

const [ids, setIds] = createSignal<readonly string[]>(kept());

export const openTabs = ids;

/** Adds one at the end, if it is not there; of many the oldest goes. */
export function openTab(id: string): void {
  if (!ids().includes(id)) keep([...ids(), id].slice(-countMax));
}

/** Closes one; answers the one that takes its place, if any. */
export function closeTab(id: string): string | undefined {
  const at = ids().indexOf(id);
  const left = ids().filter((one) => one !== id);
  keep(left);
  return left[Math.min(Math.max(at, 0), left.length - 1)];
}

function keep(now: readonly string[]): void {
  setIds(now);
  try {
    sessionStorage.setItem(key, JSON.stringify(now));
  } catch {
    // Without storage they are forgotten with a reload.
  }
}

function kept(): readonly string[] {
  try {
    const told: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(told) ? told.filter((one) => typeof one === 'string').slice(-countMax) : [];
  } catch {
    return [];
  }
}
