/** Whether a terminal that the relay does not know is gone for good. A relay whose store was put back hears of it again from its machine, soon after that is online. */
import type { Machine } from '#contract/machine.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';

/** A machine that is online has told its records within this time. */
const toldMs = 3000;

export interface Terminal {
  readonly id: string;
  readonly machine: Pick<Machine, 'id' | 'name'>;
}

/** Throws Problem `channel-unknown` where it is gone for good; resolves where it may be back, or nobody can say. */
export function createGoneLook(client: Client, { id, machine }: Terminal): () => Promise<void> {
  const named = { machine: machine.id };
  let absentSince: number | undefined;
  const look = async () => {
    const found = await unless('machine-unknown', client.call('machine', { parameters: named }));
    if (found === undefined) throw gone('its machine was removed');
    const record = await unless(
      'record-unknown',
      client.call('machineRecord', { parameters: { ...named, record: id } }),
    );
    if (record !== undefined || found.status !== 'online') absentSince = undefined;
    else absentSince ??= performance.now();
    if (absentSince !== undefined && performance.now() - absentSince >= toldMs)
      throw gone(`${machine.name} does not know it any more`);
  };
  return async () => {
    await look().catch((error: unknown) => {
      if (!(error instanceof Interruption)) throw error;
    });
  };
}

function gone(why: string): Problem {
  return new Problem('channel-unknown', `The terminal has ended: ${why}`, {
    hint: '`sallyport terminals` lists those that run.',
  });
}

/** Undefined where there is none. */
async function unless<Answer>(code: ProblemCode, answer: Promise<Answer>): Promise<Answer | undefined> {
  return await answer.catch((error: unknown) => {
    if (error instanceof Problem && error.code === code) return undefined;
    throw error;
  });
}
