/** The link's table, and which problems move it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { linkEvents, linkLife, linkStates } from '../../bridge/sync/link.ts';
import { movedBy } from '../../bridge/sync/persist.ts';
import { exitCodeOf } from '../../bridge/system/exit-codes.ts';

test('every state answers every event, and nothing leaves `stopped`', () => {
  for (const state of linkStates) {
    for (const event of linkEvents) assert.ok(linkStates.includes(linkLife[state][event]), `${state} × ${event}`);
  }
  for (const event of linkEvents) assert.equal(linkLife.stopped[event], 'stopped');
});

test('a refusal and our own wish stop every state', () => {
  for (const state of linkStates) {
    assert.equal(linkLife[state].refused, 'stopped');
    assert.equal(linkLife[state].stop, 'stopped');
  }
});

test('whatever begins anew goes through connecting', () => {
  for (const state of ['comparing', 'live', 'interrupted'] as const)
    for (const event of ['lost', 'resync', 'woke'] as const) assert.equal(linkLife[state][event], 'connecting');
});

for (const [code, event, exitCode] of [
  ['key-revoked', 'refused', 3],
  ['key-unknown', undefined, undefined],
  ['key-missing', undefined, undefined],
  ['key-expired', undefined, undefined],
  ['machine-in-use', undefined, undefined],
  ['machine-removed', 'refused', 3],
  ['superseded', 'refused', 6],
  ['bridge-outdated', 'refused', 6],
  ['resync', 'resync', undefined],
  ['gap', 'resync', undefined],
  ['project-unknown', 'resync', undefined],
  ['body-invalid', undefined, undefined],
  ['too-many-requests', undefined, undefined],
] as const satisfies readonly (readonly [ProblemCode, string | undefined, number | undefined])[]) {
  test(`${code} ${event === undefined ? 'does not move the link' : `moves the link by ${event}`}`, () => {
    const problem = new Problem(code);
    assert.equal(movedBy(problem)?.event, event);
    if (exitCode !== undefined) assert.equal(exitCodeOf(problem), exitCode);
  });
}
