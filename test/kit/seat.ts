/** Somebody who types into a terminal of a machine, as `sallyport attach` does. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { defaultPolicy } from '#contract/machine.ts';
import { followChannel } from '../../bridge/cli/follow-channel.ts';
import { createInputs } from '../../bridge/cli/send-inputs.ts';
import type { Client } from '../../bridge/net/client.ts';
import type { TestApi } from './api.ts';
import { eventually } from './eventually.ts';

/** The machine of this data folder lets people open terminals and run programs. */
export async function allowPrograms(data: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const kinds = { 'terminal-open': 'allow', exec: 'allow' };
  await writeFile(join(data, 'policy.json'), JSON.stringify({ ...defaultPolicy, kinds }));
}

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
