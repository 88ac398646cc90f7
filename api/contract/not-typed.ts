/** What a machine says into a channel of something that it did not type, and the words for it, which app and command line share. */

/** `plain`: not sealed. `unknown`: by no attach of this channel. `order`: not the next one. `forged`: it does not open. `policy` concerns everybody. */
export type NotTyped = 'plain' | 'unknown' | 'unpinned' | 'order' | 'forged' | 'late' | 'policy';

/** Where an entry says that something was not typed: by which attach, and why. */
export function refusedIn(entry: unknown): { readonly attach: unknown; readonly why: string } | undefined {
  const { refused } = Object(entry) as { readonly refused?: unknown };
  const { attach, why } = Object(refused) as { readonly attach?: unknown; readonly why?: unknown };
  return typeof why === 'string' ? { attach, why } : undefined;
}

/** Where an entry says what was typed by each attach, and which of them are of use on. */
export function typedIn(
  entry: unknown,
): { readonly typed: Readonly<Record<string, unknown>>; readonly open: readonly unknown[] } | undefined {
  const { typed, open } = Object(entry) as { readonly typed?: unknown; readonly open?: unknown };
  return typeof typed === 'object' && typed !== null && Array.isArray(open) ? { typed: { ...typed }, open } : undefined;
}

const texts: Readonly<Record<NotTyped, string>> = {
  plain: 'it was not sealed.',
  late: 'it took more than a minute, or the clocks of this device and the machine differ by more.',
  unpinned: 'this device is no longer pinned on the machine.',
  order: 'something that was typed before it did not arrive. Type it again.',
  forged: 'it was changed on its way. Type it again.',
  unknown: 'the machine does not know this attach any more. Type it again.',
  policy: 'policy.json on the machine does not allow it any more.',
};

/** In words. A machine of later may have other reasons. */
export function sayNotTyped(why: string): string {
  return Object.hasOwn(texts, why) ? `Not typed: ${texts[why as NotTyped]}` : 'Not typed. Type it again.';
}
