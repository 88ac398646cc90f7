/** The relay's log: one line of JSON an event, and nothing secret in it, wherever a secret may have slipped in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../api/log.ts';
import { withoutSecrets } from '../../api/redact.ts';
import { unreadable } from '../../api/store/tables.ts';
import { logUnreadableRows } from '../../api/unreadable-rows.ts';

function logged(level: 'debug' | 'warn', tell: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  tell(createLog(level, (line) => lines.push(line)));
  for (const line of lines) assert.match(line, /^[^\n]*\n$/);
  return lines.map((line) => JSON.parse(line));
}

test('an event is one line with its time, level and name; an error comes with its stack and causes', () => {
  const [line] = logged('debug', (log) =>
    log.error('sweep-failed', { error: new Error('outer\nmore', { cause: new Error('inner') }), shard: 'm:x' }),
  );
  assert.ok(line);
  assert.match(String(line.at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual([line.level, line.event, line.shard], ['error', 'sweep-failed', 'm:x']);
  const error = line.error as { message: string; stack: string; cause: { message: string } };
  assert.deepEqual([error.message, error.cause.message], ['outer\nmore', 'inner']);
  assert.match(error.stack, /log\.test\.ts/);
});

test('what is below the level is dropped', () => {
  const events = logged('warn', (log) => {
    log.info('quiet');
    log.warn('loud');
  }).map(({ event }) => event);
  assert.deepEqual(events, ['loud']);
});

test('a key is blotted out in any spelling, also right after a letter', () => {
  const rest = 'a'.repeat(36);
  const spellings = [
    `spu_${rest}`,
    `xspu_${rest}`,
    `SPU_${rest}`,
    `%73p%75_${rest}`,
    `%2573%2570m%255F${rest}`,
    `sp\\u0075_${rest}`,
    `spu_${'%61'.repeat(36)}`,
  ];
  for (const text of spellings) {
    const lines = logged('debug', (log) => log.warn(text, { path: `/v1/${text}`, error: new Error(`no ${text}`) }));
    assert.doesNotMatch(JSON.stringify(lines), /aaaa|%61/, text);
    assert.doesNotMatch(withoutSecrets(`/v1/machines/${text}/x`), /aaaa|%61/, text);
  }
  const path = `/v1/machines/laptop/bodies/${'a'.repeat(64)}`;
  assert.equal(withoutSecrets(path), path);
  assert.equal(withoutSecrets(`/sign-in/${'t'.repeat(43)}`), '/sign-in/…');
});

test('keys, passwords in addresses, authorization and cookies are blotted out wherever they stand', () => {
  const key = `spu_${'a'.repeat(36)}`;
  const secret = 'hunter2hunter2';
  const lines = logged('debug', (log) => {
    log.error('a', {
      error: new Error(`no such key ${key}`, { cause: new Error(`redis://ada:${secret}@host:1 refused`) }),
    });
    log.error('b', { headers: { authorization: `Bearer ${secret}`, cookie: `__Host-session=${secret}` } });
    log.error(`c ${key}`, { path: `/v1/x?key=${key}`, password: secret, text: `Basic ${secret}` });
  });
  assert.equal(lines.length, 3);
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${secret}|aaaaaaaa`));
});

test('a row that cannot be read is told the operator once', () => {
  const lines = logged('warn', (log) => {
    using _telling = logUnreadableRows(log);
    for (let time = 0; time < 2; time++) unreadable.publish({ table: 'people', row: 'ada' });
  });
  assert.deepEqual(
    lines.map(({ event, table, row }) => ({ event, table, row })),
    [{ event: 'row-unreadable', table: 'people', row: 'ada' }],
  );
});
