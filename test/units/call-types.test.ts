/** A call that does not fit its route does not compile: each `@ts-expect-error` is an error of its own where the line compiles after all, so `npm run types` runs this test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallArguments } from '#contract/call-types.ts';
import { calls } from '#contract/paths.ts';
import { routes } from '#contract/routes.ts';
import type { Client } from '../../bridge/net/client.ts';
import type { Api } from '../../pwa/api.ts';

const page = new AbortController().signal;

/** Compiled and never called. */
async function inTheApp(api: Api) {
  await api.call('memberChange', { parameters: { person: 'ida' }, body: { role: 'owner' } });
  // @ts-expect-error a parameter that the path does not have
  await api.call('memberChange', { parameters: { persn: 'ida' }, body: { role: 'owner' } });
  // @ts-expect-error a field that the body does not have
  await api.call('memberChange', { parameters: { person: 'ida' }, body: { rolle: 'owner' } });
  // @ts-expect-error a value that the body does not take
  await api.call('memberChange', { parameters: { person: 'ida' }, body: { role: 'king' } });
  // @ts-expect-error a body that is missing
  await api.call('memberChange', { parameters: { person: 'ida' } });
  // @ts-expect-error options that are missing
  await api.call('memberChange');
  // @ts-expect-error a body where the route takes none
  await api.call('memberRemove', { parameters: { person: 'ida' }, body: {} });
  // @ts-expect-error parameters where the path has none
  await api.call('members', { parameters: { person: 'ida' } });

  const { items, next } = await api.call('members', { query: { limit: 50, after: undefined }, signal: page });
  const role: 'owner' | 'admin' | 'member' | 'viewer' | undefined = items[0]?.role;
  // @ts-expect-error a field that the answer does not have
  const rolle = items[0]?.rolle;
  // @ts-expect-error a query parameter that the route does not know
  await api.call('members', { query: { limmit: 50 } });
  // @ts-expect-error a value that the parameter does not take
  await api.call('stream', { query: { live: 'websocket' } });
  // @ts-expect-error a call that the contract does not have
  await api.call('memberCrown');
  return [role, rolle, next];
}

/** Compiled and never called. */
async function inTheBridge(client: Client, bytes: Uint8Array) {
  await client.call('hello');
  await client.call('bridgeBye', { body: { epoch: 1 }, gzip: true });
  await client.call('bridgeBlob', { parameters: { rev: 'ab' }, query: { offset: 0, size: 2 }, bytes });
  await client.call('documents', { parameters: { machine: 'm' }, query: { kind: 'spec', 'meta.status': 'planned' } });
  // @ts-expect-error a field that the body does not have
  await client.call('bridgeBye', { body: { epocj: 1 } });
  // @ts-expect-error a parameter that is missing
  await client.call('bridgeBlob', { query: { offset: 0, size: 2 }, bytes });
  // @ts-expect-error a query that is missing
  await client.call('bridgeBlob', { parameters: { rev: 'ab' }, bytes });
  // @ts-expect-error a body of JSON where the route takes bytes
  await client.call('bridgeIngest', { body: {} });
  // @ts-expect-error bytes where the route takes JSON
  await client.call('bridgePoll', { bytes });
  // @ts-expect-error an answer without such a field
  return (await client.call('bridgePoll', { body: { epoch: 1, after: 0, holding: [], waitSeconds: 1 } })).comands;
}

/** Only a call that needs nothing may be made without options. */
type IsFree<Name extends keyof typeof routes> = [] extends CallArguments<Name, object> ? true : false;
const free: { readonly hello: IsFree<'hello'>; readonly machine: IsFree<'machine'> } = { hello: true, machine: false };

test('the calls of the app and the bridge are typed by the routes of the contract', () => {
  assert.deepEqual(Object.keys(routes).sort(), Object.keys(calls).sort());
  assert.deepEqual([inTheApp.length, inTheBridge.length, free.hello, free.machine], [1, 2, true, false]);
});
