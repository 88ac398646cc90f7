/** What lasts and a person should hear of: said once, bounded, and always in a shape that the relay takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { Conditions } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
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
