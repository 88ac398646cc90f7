/** The public name of a notice: short, and another one when a notice comes back after it was gone. */
import { createHash } from 'node:crypto';
import type { Notice } from '#contract/notice.ts';
import type { FeedCaller, Relay } from '../relay/relay.ts';

export interface KnownNotice {
  readonly id: string;
  readonly key: string;
  readonly notice: Notice;
}

/** Notices that are read at a time. */
const PER_READ = 500;

/** The id of a notice. */
export function noticeId(key: string, { since }: Notice): string {
  return createHash('sha256').update(`${key}\n${since}`).digest('base64url').slice(0, 22);
}

/** The current notices that concern the caller and that they may read. */
export async function noticesOf(relay: Relay, caller: FeedCaller): Promise<readonly KnownNotice[]> {
  const all = await allNotices(relay, caller);
  return all.filter(({ notice }) => notice.for === undefined || notice.for === caller.person);
}

/** All current notices of the caller's organisation that their scope may read. */
export async function allNotices(relay: Relay, caller: FeedCaller): Promise<readonly KnownNotice[]> {
  const found: KnownNotice[] = [];
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = await relay.notices(caller, { limit: PER_READ, ...(after === undefined ? {} : { after }) });
    found.push(...page.items.map(({ key, notice }) => ({ id: noticeId(key, notice), key, notice })));
    after = page.next;
  }
  return found;
}
