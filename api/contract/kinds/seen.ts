/** How the sender of a guarded command says which state it saw. Relay and machine check it by the same function. */
import { Problem } from '../problems.ts';
import type { CommandKind } from './kind.ts';

/** Throws `rev-required` if a guarded command says nothing of what its sender saw, and `args-invalid` if it says it twice. */
export function checkSeen(
  { guards }: Pick<CommandKind, 'guards'>,
  { args, ifRev }: { readonly args: Readonly<Record<string, unknown>>; readonly ifRev?: string | undefined },
): void {
  if (guards.length === 0) return;
  const was = guards.includes('state') ? args.was : undefined;
  if (ifRev === undefined && was === undefined) throw new Problem('rev-required', undefined, { guards });
  if (ifRev !== undefined && was !== undefined)
    throw new Problem('args-invalid', 'Send either `ifRev` or `was`, not both.', { pointer: '/args/was' });
}
