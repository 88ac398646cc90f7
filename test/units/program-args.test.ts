/** Which programs, variables and sizes commands may name: what no machine can start is refused with a sentence, before it is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';

const said = (kind: 'exec' | 'terminal-open', args: object) => {
  const parsed = v.safeParse(kinds[kind].args, args);
  return parsed.success ? 'taken' : parsed.issues[0].message;
};
const exec = (more: object) => said('exec', { argv: ['true'], ...more });

test('a run is a program or a line of the shell, never both and never nothing', () => {
  assert.equal(exec({}), 'taken');
  assert.equal(said('exec', { command: 'npm test' }), 'taken');
  const either = 'Give either `command` (a line for the shell) or `argv` (a program and its arguments)';
  assert.equal(said('exec', {}), either);
  assert.equal(exec({ command: 'npm test' }), either);
  assert.equal(said('exec', { argv: [] }), 'argv must begin with a program');
  assert.equal(said('exec', { argv: [''] }), 'argv must begin with a program');
  assert.equal(said('exec', { command: '  ' }), 'command must not be empty');
});

test('words that no program can take are refused', () => {
  assert.match(said('exec', { argv: ['a\0b'] }), /NUL/);
  assert.match(said('exec', { command: 'a\0b' }), /NUL/);
  assert.match(said('exec', { argv: ['\ud800'] }), /surrogate/);
  assert.match(said('exec', { argv: ['x'.repeat(1024 * 1024)] }), /at most 131072 bytes/);
  assert.match(said('exec', { command: 'é'.repeat(limits.argvBytesMax / 2) }), /at most 131072 bytes/);
  assert.equal(exec({ env: { EMPTY: '', LONG_ENOUGH: 'x' } }), 'taken');
});

test('variables that load code into programs, or are ours, are refused by name', () => {
  for (const name of ['LD_PRELOAD', 'ld_library_path', 'DYLD_INSERT_LIBRARIES', 'SALLYPORT_KEY', 'A B', '1', ''])
    assert.equal(exec({ env: { [name]: 'x' } }), `The variable ${JSON.stringify(name)} cannot be set for a program`);
  assert.match(exec({ env: { A: 'x\0y' } }), /NUL/);
});

test('a run has a time, and a terminal a size', () => {
  for (const timeoutSeconds of [0, -1, 1.5, limits.runSecondsMax + 1])
    assert.match(exec({ timeoutSeconds }), /^timeoutSeconds is a whole number from 1 to 3600$/);
  assert.equal(exec({ timeoutSeconds: limits.runSecondsMax }), 'taken');
  for (const cols of [0, -1, 1.5, 10_000])
    assert.equal(said('terminal-open', { cols, rows: 24 }), 'A terminal has 1 to 1000 columns');
  assert.equal(said('terminal-open', { cols: 80, rows: 0 }), 'A terminal has 1 to 500 rows');
  assert.equal(said('terminal-open', { cols: 80, rows: 24 }), 'taken');
});

test('a folder is one within', () => {
  for (const cwd of ['..', 'a/../..', '/etc', 'a//b', '.', 'a\\b']) assert.notEqual(exec({ cwd }), 'taken', cwd);
  assert.equal(exec({ cwd: 'packages/shop' }), 'taken');
});

test('the words that policy.json may name are those of a program with nothing else given', () => {
  const { argvOf } = kinds.exec;
  const argv = ['npm', 'test'];
  assert.deepEqual(argvOf?.({ argv, timeoutSeconds: 60, project: 'shop' }), argv);
  assert.equal(argvOf?.({ argv, timeoutSeconds: 60, cwd: 'a' }), undefined);
  assert.equal(argvOf?.({ argv, timeoutSeconds: 60, env: {} }), undefined);
  assert.equal(argvOf?.({ argv, timeoutSeconds: 60, stdin: '' }), undefined);
  assert.equal(argvOf?.({ command: 'npm test', timeoutSeconds: 60 }), undefined);
});
