/** What the app offers to start on a machine: what its policy would take, in the projects in which it would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy, type Machine, type Policy } from '#contract/machine.ts';
import { namedCommands, placesFor, refusalOf } from '../../pwa/features/sessions/may-start.ts';

const project = (id: string, name: string) => ({ id, name, formats: ['lean-spec'], documents: 0, counts: {} });
const machineWith = (more: Partial<Policy>, kinds = ['exec', 'terminal-open']): Machine => ({
  ...{ id: 'm', name: 'laptop', status: 'online', statusSince: '', createdAt: '', kinds },
  projects: [project('shop-1', 'shop'), project('mill-1', 'mill')],
  policy: { ...defaultPolicy, ...more },
  signers: ['pinned'],
});
const exec = { kind: 'exec' } as const;

test('a project that the policy takes out is not offered', () => {
  const kinds = { exec: 'allow' } as const;
  const places = (more: Partial<Policy>) => placesFor(machineWith({ kinds, ...more }), exec, undefined);
  assert.deepEqual(places({}), [
    ['shop-1', 'shop'],
    ['mill-1', 'mill'],
  ]);
  assert.deepEqual(places({ projects: { shop: 'refuse' }, home: true }), [
    ['mill-1', 'mill'],
    ['', 'Home folder'],
  ]);
  const refuse = { shop: 'refuse', 'mill-1': 'refuse' } as const;
  assert.equal(refusalOf(machineWith({ kinds, projects: refuse }), exec, undefined), 'nowhere');
});

test('a command that the policy names is offered where no other one is, to the devices that it is for', () => {
  const machine = machineWith({
    commands: [
      { argv: ['npm', 'test'], verdict: 'allow' },
      { argv: ['make'], verdict: 'signed' },
      { argv: ['rm'], verdict: 'refuse' },
    ],
  });
  assert.equal(refusalOf(machine, exec, undefined), 'refuse');
  assert.deepEqual(namedCommands(machine, undefined), [['npm', 'test']]);
  assert.deepEqual(namedCommands(machine, 'pinned'), [['npm', 'test'], ['make']]);
  assert.deepEqual(namedCommands(machineWith(machine.policy, []), 'pinned'), []);
});

test('what a pinned device has to sign is offered on that device alone', () => {
  const machine = machineWith({ kinds: { 'terminal-open': 'signed' } });
  const open = { kind: 'terminal-open' } as const;
  assert.equal(refusalOf(machine, open, 'another'), 'signed');
  assert.equal(refusalOf(machine, open, 'pinned'), undefined);
  assert.equal(refusalOf(machineWith({}, []), open, 'pinned'), 'unknown');
});
