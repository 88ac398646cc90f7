/** The checker of histories notices each thing that must not happen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, type Step } from '../soak/history.ts';

const path = 'specs/a/README.md';
const told = (reader: string, ...versions: readonly number[]): readonly Step[] =>
  versions.map((version) => ({ is: 'told', reader, path, version }));
const written: readonly Step[] = [1, 2, 3].map((version) => ({ is: 'written', path, version }));
const held = (version: number): Step => ({ is: 'held', path, version });
const block = (offset: string): Step => ({ is: 'block', reader: 'ada', feed: 'm.laptop', offset });
const read = (version: number, known: number): Step => ({ is: 'read', path, version, known });

test('a history in which all holds has no fault, also where saves were told as one', () => {
  assert.deepEqual(faultsOf([...written, ...told('ada', 1, 3), ...told('bob', 1, 3), read(3, 2), held(3)]), []);
});

for (const [what, steps, says] of [
  ['the last state is lost', [...told('ada', 1, 2, 3), held(2)], /the relay holds 2 at the end, not 3/],
  ['the last event is lost', [...told('ada', 1, 2), held(3)], /the last that was told is 2, not 3/],
  [
    'an event is lost on one way',
    [...told('ada', 1, 2, 3), ...told('bob', 1, 3), held(3)],
    /bob.*2 was told to another/,
  ],
  ['an event is told twice', [...told('ada', 1, 2, 2, 3), held(3)], /2 was told twice/],
  ['an event is told out of order', [...told('ada', 2, 1, 3), held(3)], /1 was told after 2/],
  ['an older version is read', [...told('ada', 1, 2, 3), read(1, 2), held(3)], /1 was read after 2 had been/],
  [
    'a block of a feed is left out',
    [...told('ada', 1, 2, 3), block('x.4'), block('x.6'), held(3)],
    /x\.6 came after x\.4/,
  ],
  [
    'a block of a feed comes twice',
    [...told('ada', 1, 2, 3), block('x.4'), block('x.4'), held(3)],
    /x\.4 came after x\.4/,
  ],
  [
    'somebody has not seen a version although all is calm',
    [...told('ada', 1, 2, 3), { is: 'late', who: 'relay', path, version: 3 }, held(3)],
    /relay.*3 was not seen, and nothing was in the way/,
  ],
  [
    'a feed begins anew, and its reader is not told to',
    [...told('ada', 1, 2, 3), block('x.4'), block('y.9'), held(3)],
    /y\.9 came after x\.4/,
  ],
  [
    'a command has its effect twice',
    [...told('ada', 1, 2, 3), { is: 'effect', id: 'run-1', state: 'done', times: 2 }, held(3)],
    /run-1, which ended as done, was done 2 times/,
  ],
] as const)
  test(`it is noticed where ${what}`, () => {
    const faults = faultsOf([...written, ...steps]);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', says);
  });

test('a reader that was told to begin anew may miss what came in between', () => {
  assert.deepEqual(
    faultsOf([
      ...written,
      ...told('ada', 1),
      block('x.1'),
      { is: 'reset', reader: 'ada' },
      ...told('ada', 3),
      block('x.3'),
      held(3),
    ]),
    [],
  );
});

test('it is noticed where a reader is told nothing at all', () => {
  const faults = faultsOf([{ is: 'follows', reader: 'ada' }, ...written, held(3)]);
  assert.deepEqual(faults, [`ada, ${path}: the last that was told is undefined, not 3`]);
});
