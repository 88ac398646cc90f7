/** Somebody who types into a terminal of a machine, as `sallyport attach` does. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { followChannel } from '../../bridge/cli/follow-channel.ts';
import { createInputs } from '../../bridge/cli/send-inputs.ts';
import type { Client } from '../../bridge/net/client.ts';
import type { TestApi } from './api.ts';
import { eventually } from './eventually.ts';

/** Opens a terminal in the small project; resolves to its id. */
export async function openTerminal(
  relay: Pick<TestApi, 'ask'>,
  machine: string,
  argv: readonly string[] = ['sh', '-i'],
): Promise<string> {
  const args = { project: 'shop', cols: 80, rows: 24, argv };
  const body = { kind: 'terminal-open', args };
  const { json } = await relay.ask<{ result?: { terminal: string } }>(
    'POST',
    `/v1/machines/${machine}/commands?wait=25`,
    { body },
  );
  assert.ok(json.result, JSON.stringify(json));
  return json.result.terminal;
}

/** Somebody at `sallyport attach`: what they type, and all that they have seen. */
export function sitAt(client: Client, terminal: string) {
  const left = new AbortController();
  const refused: unknown[] = [];
  let seen = '';
  let late = 0;
  const reading = (async () => {
    for await (const heard of followChannel(client, terminal, 'data', left.signal)) {
      if (heard.is === 'snapshot') seen = JSON.parse(gunzipSync(heard.bytes).toString()).text;
      if (heard.is !== 'entry') continue;
      const entry = heard.entry as { readonly o?: string; readonly late?: number };
      seen += entry.o ?? '';
      late += entry.late ?? 0;
    }
  })();
  const onRefused = (problem: unknown) => void refused.push(problem);
  const inputs = createInputs({ client, record: terminal, onDropped: () => onRefused('dropped'), onRefused });
  return {
    type: (text: string) => inputs.send(text),
    seen: () => seen,
    /** Keys that the machine has passed by since they came too late. */
    late: () => late,
    sees: async (part: string) => {
      await eventually(() => assert.ok(seen.includes(part), JSON.stringify(seen.slice(-500))) === undefined, {
        timeoutMs: 20_000,
      });
      assert.deepEqual(refused, []);
    },
    [Symbol.asyncDispose]: async () => {
      left.abort();
      await reading;
    },
  };
}

/** Types thirty lines, each until the relay has taken it; before some of them a restart begins, one after the other. Every key is typed once and in order, and all that was typed is seen. */
export async function typeThroughRestarts(
  client: Client,
  terminal: string,
  restarts: Readonly<Record<number, () => Promise<void>>>,
): Promise<void> {
  await using seat = sitAt(client, terminal);
  const count = 30;
  let restarting = Promise.resolve();
  for (let number = 0; number < count; number++) {
    const restart = restarts[number];
    if (restart !== undefined) restarting = restarting.then(restart);
    const body = { producer: 'one', seq: number + 1, inputs: [`n${number}.\r`] };
    const type = () => client.call('recordInputs', { parameters: { record: terminal }, body });
    await eventually(type, { timeoutMs: 30_000 });
  }
  await restarting;
  await seat.sees(`n${count - 1}.`);
  const numbers = [...seat.seen().matchAll(/n(\d+)\./g)].map(([, number]) => Number(number));
  const said = JSON.stringify({ numbers, late: seat.late() });
  const sorted = [...new Set(numbers)].sort((one, other) => one - other);
  assert.deepEqual(numbers, sorted, said);
  // Where the relay took more than ten seconds to come back, a key before it is passed by, and said.
  assert.equal(numbers.length + seat.late(), count, said);
}
