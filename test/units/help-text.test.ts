/** Help fits the terminal, and each command has examples. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { defineOptions, helpText, wrapped } from '#contract/options.ts';
import { commands } from '../../bridge/cli/commands.ts';
import { examples } from '../../bridge/cli/examples.ts';

const table = defineOptions({
  port: {
    type: 'integer',
    value: 'N',
    min: 0,
    max: 9,
    help: 'The port to listen on; a sentence that takes some room here.',
  },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

test('no line of a help is wider than the terminal, however narrow it is', () => {
  for (const width of [30, 40, 60, 80, 200]) {
    const text = helpText(
      table,
      { usage: 'x [options]', about: 'Does a number of things, one after the other.' },
      width,
    );
    for (const line of text.split('\n')) assert.ok(line.length <= width, `${width}: ${line}`);
    assert.equal(text.replace(/\s+/g, ' ').includes('a sentence that takes some room here.'), true);
  }
});

test('a word that is wider than the line has a line of its own', () => {
  assert.deepEqual(wrapped('a verylongword b', 6, '  '), ['  a', '  verylongword', '  b']);
});

test('each command has examples, and each example is of its command', () => {
  const main = join(import.meta.dirname, '../../bridge/main.ts');
  const listed = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).stdout;
  const names = [...listed.matchAll(/^ {2}sallyport ([a-z-]+)/gm)].map(([, name = '']) => name);
  assert.deepEqual([...new Set(names)].sort(), Object.keys(examples).sort());
  for (const [name, lines] of Object.entries(examples))
    for (const line of lines) assert.match(line, new RegExp(`sallyport ${name}`));
});

test('the help says that --ca and --pac are kept for those commands that keep them, and for no other', () => {
  const says = (name: string) =>
    Object.entries(commands).filter(([, { options }]) => /kept/.test(options[name]?.help ?? ''));
  for (const name of ['ca', 'pac'])
    assert.deepEqual(
      says(name)
        .map(([command]) => command)
        .sort(),
      ['login', 'run', 'service'],
      name,
    );
});
