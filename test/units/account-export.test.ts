/** What goes while an account is exported does not end the export. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf } from '../../api/routes/account.ts';
import { ada, openConnected, organisation, reader, sendCommand } from '../kit/relay.ts';

test('a machine that is removed while its commands are read takes them along, and the export goes on', async () => {
  await using world = await openConnected();
  const { relay, machine } = world;
  for (let count = 0; count < 2; count += 1) await sendCommand(relay, machine);
  const commands = commandsOf(relay, reader, machine);
  const first = await commands.next();
  assert.equal(first.done, false);
  await relay.machines.remove(organisation, machine, ada);
  assert.deepEqual(await commands.next(), { done: true, value: undefined });
  assert.deepEqual(await Array.fromAsync(commandsOf(relay, reader, machine)), []);
});
