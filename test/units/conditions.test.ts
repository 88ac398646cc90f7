/** What lasts and a person should hear of: said once, bounded, and always in a shape that the relay takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { Conditions } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import { createAnnouncement } from '../../bridge/announcement.ts';
import { type ConditionChange, createConditions } from '../../bridge/conditions.ts';

function openConditions() {
  const told: ConditionChange[] = [];
  let now = Date.UTC(2026, 10, 25);
  const clock = () => {
    now += 1000;
    return now;
  };
  return { told, conditions: createConditions({ clock, onChange: (change) => told.push(change) }) };
}

const linked = { topic: 'folder-is-a-link', project: 'project1', title: 'specs is a link.', hint: 'Move it.' };

test('the same said again tells nobody; other words replace it, and it lasts since it arose', () => {
  const { told, conditions } = openConditions();
  conditions.say(linked);
  conditions.say({ ...linked });
  const [{ since } = { since: '' }] = conditions.list();
  conditions.say({ ...linked, title: 'docs/specs is a link.' });
  conditions.say({ ...linked, project: 'project2' });
  assert.deepEqual(
    conditions.list().map(({ title }) => title),
    ['docs/specs is a link.', 'specs is a link.'],
  );
  assert.equal(conditions.list()[0]?.since, since);
  conditions.clear('folder-is-a-link', 'project1');
  conditions.clear('folder-is-a-link', 'project1');
  conditions.clear('never-said');
  assert.deepEqual([told.length, conditions.list().length], [4, 1]);
});

test('names of any length, emoji cut in half and a flood of conditions keep no machine from connecting', () => {
  const { conditions } = openConditions();
  for (let count = 0; count < 2 * limits.conditionsMax; count++) {
    const title = `${'x'.repeat(count)}${'🗂'.repeat(limits.conditionTextMax)} \ud83d`;
    conditions.say({ topic: `topic-${count}`, title, hint: title });
  }
  const list = conditions.list();
  assert.equal(list.length, limits.conditionsMax);
  assert.ok(v.is(Conditions, list));
  for (const { title, hint } of list) assert.ok(title.isWellFormed() && hint.isWellFormed(), title.slice(-3));
});

test('a condition whose numbers change every few seconds does not make its machine reconnect each time; other words and a new one are told at once', () => {
  const { conditions } = openConditions();
  let elapsedMs = 0;
  const announcement = createAnnouncement({
    name: 'laptop',
    projects: { announced: () => [] },
    policy: () => ({ risks: { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'refuse' } }),
    pins: () => [],
    conditions,
    elapsed: () => elapsedMs,
  });
  conditions.say({ ...linked, title: 'specs is a link, since 0 seconds.' });
  announcement.say();
  const told: number[] = [];
  for (let second = 3; second <= 150; second += 3) {
    elapsedMs = second * 1000;
    conditions.say({ ...linked, title: `specs is a link, since ${second} seconds.` });
    if (announcement.hasChanged()) told.push(second);
  }
  assert.deepEqual(told, [60, 120]);
  conditions.say({ ...linked, title: 'docs is a link, since 150 seconds.' });
  assert.equal(announcement.hasChanged(), true);
  conditions.say({ ...linked, project: 'project2' });
  assert.equal(announcement.hasChanged(), true);
  conditions.clear('folder-is-a-link', 'project1');
  assert.equal(announcement.hasChanged(), true);
  assert.equal(announcement.hasChanged(), false);
});
