/** What policy.json allows: the words of one command, a kind, a project, a risk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import { type Judged, policyVerdict, wantsSignatures } from '#contract/policy-verdict.ts';

const shop = { id: 'shop-a1b2', name: 'shop' };
const mill = { id: 'mill-c3d4', name: 'mill' };
const exec = { kind: 'exec', risk: 'execute', project: shop } as const;
const on = (more: Partial<Policy>, judged: Judged = exec) => policyVerdict({ ...defaultPolicy, ...more }, judged);

test('a verdict on a project opens no terminal: of what runs and destroys, it only narrows the others', () => {
  assert.equal(on({ projects: { shop: 'allow' } }), 'refuse');
  assert.equal(on({ projects: { shop: 'signed' } }), 'refuse');
  assert.equal(on({ projects: { shop: 'allow' } }, { ...exec, kind: 'job-run', risk: 'destroy' }), 'refuse');
  const kinds = { exec: 'allow' } as const;
  assert.equal(on({ kinds }), 'allow');
  assert.equal(on({ kinds, projects: { shop: 'refuse' } }), 'refuse');
  assert.equal(on({ kinds, projects: { shop: 'signed' } }), 'signed');
  assert.equal(on({ kinds, projects: { shop: 'signed' } }, { ...exec, project: mill }), 'allow');
});

test('a policy names a project by its id or by its name, and the id counts first', () => {
  const kinds = { exec: 'allow' } as const;
  assert.equal(on({ kinds, projects: { 'shop-a1b2': 'refuse' } }), 'refuse');
  assert.equal(on({ kinds, projects: { 'shop-a1b2': 'signed', shop: 'refuse' } }), 'signed');
});

test('a verdict on a project loosens what reads and writes', () => {
  const risks = { ...defaultPolicy.risks, write: 'refuse' } as const;
  const write = { kind: 'file-write', risk: 'write', project: shop } as const;
  assert.equal(on({ risks, projects: { shop: 'allow' } }, write), 'allow');
  assert.equal(on({ risks, projects: { shop: 'allow' } }, { ...write, project: mill }), 'refuse');
  assert.equal(on({ risks, projects: { shop: 'allow' }, kinds: { 'file-write': 'signed' } }, write), 'signed');
});

test('a command that policy.json names is exactly these words', () => {
  const commands = [{ argv: ['npm', 'test'], verdict: 'allow' }] as const;
  const ran = (argv?: readonly string[]) => on({ commands: [...commands] as never }, { ...exec, argv });
  assert.equal(ran(['npm', 'test']), 'allow');
  for (const other of [['npm'], ['npm', 'test', '--', 'x'], ['npm test'], ['npm', 'Test'], ['npm', 'test', '']])
    assert.equal(ran(other), 'refuse', other.join('|'));
  assert.equal(ran(), 'refuse');
});

test('a named command is narrower than its kind, and of two entries the stricter one counts', () => {
  const named = (verdicts: readonly ('allow' | 'signed' | 'refuse')[], more: Partial<Policy> = {}) => {
    const commands = verdicts.map((verdict) => ({ argv: ['make'], verdict }));
    return on({ ...more, commands }, { ...exec, argv: ['make'] });
  };
  assert.equal(named(['refuse'], { kinds: { exec: 'allow' } }), 'refuse');
  assert.equal(named(['allow'], { kinds: { exec: 'signed' } }), 'allow');
  assert.equal(named(['allow', 'signed']), 'signed');
  assert.equal(named(['allow'], { projects: { shop: 'refuse' } }), 'refuse');
});

test('a policy wants signatures where any of its verdicts does, also one on a command', () => {
  const wants = (more: Partial<Policy>) => wantsSignatures({ ...defaultPolicy, ...more });
  assert.equal(wants({ commands: [{ argv: ['make'], verdict: 'allow' }] }), false);
  assert.equal(wants({ commands: [{ argv: ['make'], verdict: 'signed' }] }), true);
  assert.equal(wants({ kinds: { exec: 'signed' } }), true);
  assert.equal(wants({ projects: { shop: 'signed' } }), true);
  assert.equal(wants({ risks: { ...defaultPolicy.risks, execute: 'signed' } }), true);
});
