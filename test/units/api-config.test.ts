/** How a relay may be started, and what it is refused with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagOf, UsageError } from '#contract/options.ts';
import { apiHelp, apiOptions, parseConfig, platformDataFolder } from '../../api/config.ts';

test('--help lists every option', () => {
  for (const name of Object.keys(apiOptions)) assert.ok(apiHelp().includes(flagOf(name)), name);
});

test('without options it listens on loopback, port 8787', () => {
  const { config, json, todo } = parseConfig([], {});
  assert.deepEqual(
    [config.listen, config.port, config.tls, json, todo],
    ['127.0.0.1', 8787, undefined, false, { is: 'serve' }],
  );
});

for (const argv of [
  ['--listen', '0.0.0.0', '--behind-proxy'],
  ['--listen', '::', '--allow-insecure'],
  ['--listen', '192.168.1.2', '--tls-cert', 'c', '--tls-key', 'k'],
  ['--listen', '::1'],
  ['--listen', '127.9.9.9'],
  ['--public-url', 'https://relay.example'],
]) {
  test(`${argv.join(' ')} may start`, () => {
    assert.ok(parseConfig(argv, {}).config);
  });
}

for (const [argv, sentence] of [
  [['--listen', '0.0.0.0'], /Plain HTTP on 0\.0\.0\.0/],
  [['--listen', '::'], /Plain HTTP/],
  [['--listen', 'localhost.example'], /Plain HTTP/],
  [['--tls-cert', 'c'], /--tls-cert needs --tls-key/],
  [['--tls-key', 'k'], /--tls-key needs --tls-cert/],
  [['--public-url', 'relay.example'], /--public-url takes an address/],
  [['--public-url', 'ftp://relay.example'], /--public-url takes an address/],
  [['--public-url', 'https://relay.example/x'], /takes only an origin: https:\/\/relay\.example/],
  [['--public-url', 'https://u:p@relay.example'], /takes only an origin/],
  [['--public-url', 'http://relay.example'], /plain http/],
  [['--prot', '1'], /did you mean --port/],
  [['somewhere'], /"somewhere" is not an option/],
] as const) {
  test(`${argv.join(' ')} is refused in one sentence`, () => {
    assert.throws(
      () => parseConfig(argv, {}),
      (error: unknown) => error instanceof UsageError && sentence.test(error.message),
    );
  });
}

test('the data folder is where the platform keeps such things', () => {
  assert.equal(platformDataFolder('linux', {}, '/home/u'), '/home/u/.local/share/sallyport');
  assert.equal(platformDataFolder('linux', { XDG_DATA_HOME: '/x' }, '/home/u'), '/x/sallyport');
  assert.equal(platformDataFolder('darwin', {}, '/Users/u'), '/Users/u/Library/Application Support/Sallyport');
});
