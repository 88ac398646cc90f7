/** The checker of histories notices each thing that must not happen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, type Step } from '../soak/history.ts';

const path = 'specs/a/README.md';
const told = (reader: string, ...versions: readonly number[]): readonly Step[] =>
  versions.map((version) => ({ is: 'told', reader, path, version }));
const written: readonly Step[] = [1, 2, 3].map((version) => ({ is: 'written', path, version }));
const held = (version: number): Step => ({ is: 'held', path, version });
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
  ['a write is not read by who made it', [...told('ada', 1, 2, 3), read(1, 2), held(3)], /1 was read after 2 had been/],
] as const)
  test(`it is noticed where ${what}`, () => {
    const faults = faultsOf([...written, ...steps]);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', says);
  });

test('a reader that was told to begin anew may miss what came in between', () => {
  assert.deepEqual(
    faultsOf([...written, ...told('ada', 1), { is: 'reset', reader: 'ada' }, ...told('ada', 3), held(3)]),
    [],
  );
});
