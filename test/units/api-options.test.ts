/** Command lines: what parses to what, and the sentence a mistake gets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineOptions, helpText, parseOptions, UsageError } from '#contract/options.ts';

const table = defineOptions({
  port: { type: 'integer', value: 'N', default: 8787, min: 0, max: 65535, env: 'T_PORT', help: 'Where to listen.' },
  publicUrl: { type: 'text', value: 'URL', env: 'T_URL', help: 'The address.' },
  allowedHost: { type: 'text', value: 'HOST', repeatable: true, env: 'T_HOSTS', help: 'Another name.' },
  level: { type: 'text', value: 'LEVEL', choices: ['info', 'error'], default: 'info', help: 'How much.' },
  json: { type: 'flag', env: 'T_JSON', help: 'For programs.' },
  help: { type: 'flag', short: 'h', help: 'This text.' },
});

test('flags win over the environment, and the environment over defaults', () => {
  const env = { T_PORT: '99', T_URL: 'https://env.example', T_HOSTS: 'a, b', T_JSON: '1' };
  const { values, positionals } = parseOptions(table, ['one', '--port=1', '-h', '--', '--two'], env);
  assert.deepEqual(values, {
    port: 1,
    publicUrl: 'https://env.example',
    allowedHost: ['a', 'b'],
    level: 'info',
    json: true,
    help: true,
  });
  assert.deepEqual(positionals, ['one', '--two']);
});

for (const [argv, sentence] of [
  [['--prot', '1'], /no option --prot; did you mean --port\?/],
  [['--frobnicate'], /no option --frobnicate; --help lists all/],
  [['--port', 'x'], /--port takes a whole number from 0 to 65535, not "x"/],
  [['--port', '70000'], /whole number/],
  [['--port', '1', '--port', '2'], /--port is given 2 times/],
  [['--public-url'], /--public-url needs a value/],
  [['--public-url='], /--public-url is empty/],
  [['--level', 'inof'], /one of info, error, not "inof"; did you mean info\?/],
  [['--json=maybe'], /true or false/],
] as const) {
  test('an id or a key that begins with a dash is no option, and a mistyped option is still told', () => {
    const key = 'a'.repeat(41);
    const named = ['pin', `-a${key}`, `--${key}`, '-LbBsmbCGeUYd0rx'];
    assert.deepEqual(parseOptions(table, named).positionals, named);
    for (const typo of ['-prot', '--prot', '--allow-insecurely'])
      assert.throws(() => parseOptions(table, [typo]), /There is no option/);
  });

  test(`${argv.join(' ')} is refused in one sentence`, () => {
    assert.throws(
      () => parseOptions(table, argv),
      (error: unknown) => error instanceof UsageError && sentence.test(error.message),
    );
  });
}

test('--help lists every option with its default, choices and variable', () => {
  const text = helpText(table, { usage: 'x [options]', about: 'Does things.' });
  for (const flag of ['--port N', '--public-url URL', '--allowed-host HOST', '--level LEVEL', '--json', '-h, --help'])
    assert.match(text, new RegExp(flag));
  assert.match(text, /default 8787; T_PORT/);
  assert.match(text, /one of info, error/);
});
