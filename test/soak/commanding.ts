/** A command that is sent under one id until it has ended, whatever falls over meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';

const givesUpMs = 150_000;

/** Sends a command under its id until the relay has it, and asks until it has ended, whatever falls over meanwhile. */
export async function endOf(
  relay: { readonly url: string; readonly key: string },
  path: string,
  body: { readonly id: string },
): Promise<CommandRecord> {
  const deadline = performance.now() + givesUpMs;
  const headers = { authorization: `Bearer ${relay.key}`, 'content-type': 'application/json' };
  let isSent = false;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const response = isSent
        ? await fetch(new URL(`${path}/${body.id}?wait=5`, relay.url), { headers })
        : await fetch(new URL(path, relay.url), { method: 'POST', headers, body: JSON.stringify(body) });
      const answer = (await response.json()) as CommandRecord & { code?: string };
      last = answer;
      if (response.status < 300) {
        isSent = true;
        if (isSettled(answer.state)) return answer;
        continue;
      }
      // A Redis that is killed loses up to two seconds of what it had answered (`appendfsync everysec`): the id makes it safe to send again.
      if (isSent && answer.code === 'command-unknown') isSent = false;
      else if (response.status < 500 && response.status !== 429) throw new Error(`refused: ${JSON.stringify(answer)}`);
    } catch (error) {
      last = error;
      if (error instanceof Error && error.message.startsWith('refused')) throw error;
    }
    await delay(100);
  }
  throw new Error(`${body.id} has not ended: ${JSON.stringify(last)}`, { cause: last });
}
