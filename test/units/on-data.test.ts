/** Lines that people copy, on a machine whose data folder is not the usual one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onData } from '../../bridge/cli/on-data.ts';

const onMine = (line: string) => onData(line, '/srv/my data', { HOME: '/home/ada' });
const mine = `--data '/srv/my data'`;

test('a line with a quoted path stays whole, whatever is in the path', () => {
  const lines = [
    `sallyport login https://relay.example --ca '/home/R&D/corp.pem'`,
    `sallyport service install --ca '/home/ada'\\''s; own|two/corp.pem'`,
    'sallyport config show',
  ];
  for (const line of lines) assert.equal(onMine(line), `${line} ${mine}`);
  const chained = 'export HTTPS_PROXY=http://p:3128 && sallyport service install';
  assert.equal(onMine(chained), `${chained} ${mine}`);
});

test('a sentence with two commands names the folder in both, and a path that reads like a command stays', () => {
  assert.equal(
    onMine('Link this machine again: sallyport login, then: sallyport service install'),
    `Link this machine again: sallyport login ${mine}, then: sallyport service install ${mine}`,
  );
  const path = `chmod -R u+rX '/srv/sallyport run/a'`;
  assert.equal(onMine(path), path);
});
