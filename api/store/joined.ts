/** Several parts of one commit. */
import type { Commit } from './store.ts';

type Part = Pick<Commit, 'expect' | 'put' | 'delete' | 'append' | 'due' | 'signal'>;

/** A commit, and more that it does, in this order. */
export function joined(commit: Commit, ...parts: readonly Part[]): Commit {
  const all: readonly Part[] = [commit, ...parts];
  return {
    ...commit,
    expect: all.flatMap(({ expect = [] }) => expect),
    put: all.flatMap(({ put = [] }) => put),
    delete: all.flatMap((part) => part.delete ?? []),
    append: all.flatMap(({ append = [] }) => append),
    due: all.flatMap(({ due = [] }) => due),
    signal: all.flatMap(({ signal = [] }) => signal),
  };
}
