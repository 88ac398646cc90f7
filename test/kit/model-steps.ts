/** What happens in the life of a model: steps by chance, and what was met once or is met seldom. */
import fc from 'fast-check';
import { limits } from '#contract/limits.ts';
import { weathers } from './model-machine.ts';
import { BRIEF_MS, type SentHow } from './model-sender.ts';

type How = 'killed' | 'stopped';
export type Step =
  | { readonly does: 'save'; readonly machine: number; readonly path: string; readonly text: number }
  | { readonly does: 'remove'; readonly machine: number; readonly path: string }
  | { readonly does: 'move'; readonly machine: number; readonly path: string; readonly to: string }
  | ({ readonly does: 'send'; readonly machine: number; readonly path: string } & SentHow)
  | { readonly does: 'weather'; readonly machine: number; readonly next: (typeof weathers)[number][] }
  | { readonly does: 'kill'; readonly machine: number; readonly how: How | 'lost' }
  | { readonly does: 'leave'; readonly machine: number; readonly how: How }
  | { readonly does: 'return'; readonly machine: number }
  | { readonly does: 'process'; readonly process: number }
  | { readonly does: 'cut'; readonly machine: number; readonly entries: number }
  | { readonly does: 'copy' | 'restore' }
  | { readonly does: 'pass'; readonly ms: number }
  | { readonly does: 'read'; readonly reader: number; readonly pages: number }
  | { readonly does: 'wait'; readonly turns: number };

const which = fc.nat({ max: 1 });
const path = fc.constantFrom('specs/1/README.md', 'specs/2/README.md', 'specs/2/tasks.md', 'specs/3/README.md');
const machine = { machine: which };
const how = fc.constantFrom('killed', 'stopped');
/** What happens, and how often beside the others. */
const happenings = {
  save: [6, { ...machine, path, text: fc.nat({ max: 9 }) }],
  remove: [2, { ...machine, path }],
  move: [2, { ...machine, path, to: path }],
  send: [4, { ...machine, path, isStale: fc.nat({ max: 3 }).map((one) => one === 0), isBrief: fc.boolean() }],
  weather: [4, { ...machine, next: fc.array(fc.constantFrom(...weathers), { minLength: 1, maxLength: 4 }) }],
  kill: [1, { ...machine, how: fc.constantFrom('killed', 'stopped', 'lost') }],
  leave: [1, { ...machine, how }],
  return: [2, { ...machine }],
  process: [1, { process: which }],
  cut: [1, { ...machine, entries: fc.nat({ max: 3 }) }],
  copy: [1, {}],
  restore: [1, {}],
  // Less than a brief command lives, more than that, and more than a lease.
  pass: [2, { ms: fc.constantFrom(1000, BRIEF_MS + 1, limits.leaseMs + 1) }],
  read: [4, { reader: which, pages: fc.nat({ max: 3 }) }],
  wait: [4, { turns: fc.nat({ max: 12 }) }],
} as const;
export const step = fc.oneof(
  ...Object.entries(happenings).map(([does, [weight, parts]]) => ({
    weight,
    arbitrary: fc.record({ does: fc.constant(does), ...parts }),
  })),
) as fc.Arbitrary<Step>;

/** What was met once, at each moment at which it may happen: a file goes away while the bridge compares, and the relay had another version of it. */
const gone = Array.from({ length: 24 }, (_, turns): readonly Step[] => [
  { does: 'save', machine: 0, path: 'specs/1/README.md', text: 0 },
  { does: 'wait', turns: 12 },
  { does: 'kill', machine: 0, how: 'killed' },
  { does: 'wait', turns },
  { does: 'remove', machine: 0, path: 'specs/1/README.md' },
]);

/** A file goes and comes back while the bridge compares: a page without it has the relay drop it. */
const back = Array.from({ length: 72 }, (_, turns): readonly Step[] => [
  { does: 'save', machine: 0, path: 'specs/3/README.md', text: 1 },
  { does: 'wait', turns: 12 },
  { does: 'kill', machine: 0, how: 'killed' },
  { does: 'wait', turns: turns % 24 },
  { does: 'remove', machine: 0, path: 'specs/3/README.md' },
  { does: 'wait', turns: 1 + Math.floor(turns / 24) },
  { does: 'save', machine: 0, path: 'specs/3/README.md', text: 1 },
]);

/** A machine is killed at each moment while a command is under way, and a relay goes on with its copy. */
const asked = Array.from({ length: 24 }, (_, turns): readonly (readonly Step[])[] => {
  const send = { does: 'send', machine: 0, path: 'specs/1/README.md', isStale: false, isBrief: false } as const;
  const wait = { does: 'wait', turns } as const;
  return [
    [{ does: 'wait', turns: 4 }, send, wait, { does: 'kill', machine: 0, how: 'killed' }],
    [{ does: 'wait', turns: 4 }, send, { does: 'copy' }, wait, { does: 'restore' }],
  ];
}).flat();

/** A reader knows more than the copy with which the relay goes on, and what is told next stands in the place of what it knows. */
const rewound = Array.from({ length: 12 }, (_, at): readonly Step[] => {
  const saves = (count: number, name: number) =>
    Array.from({ length: count }, (_, text): readonly Step[] => [
      { does: 'save', machine: 0, path: `specs/${name}/README.md`, text },
      { does: 'wait', turns: 12 },
    ]).flat();
  return [
    ...saves(1, 1),
    { does: 'copy' },
    ...saves(1 + (at % 3), 2),
    { does: 'read', reader: 0, pages: 3 },
    { does: 'read', reader: 0, pages: 3 },
    { does: 'save', machine: 0, path: 'specs/3/README.md', text: 0 },
    { does: 'restore' },
    ...saves(Math.floor(at / 3), 1),
  ];
});

/** Lives that are tried each time. */
export const examples: readonly (readonly Step[])[] = [...gone, ...back, ...asked, ...rewound];
