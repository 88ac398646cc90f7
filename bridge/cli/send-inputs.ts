/** Sends what is typed, in order and once. What a dead network holds up for too long is dropped: it must not act later. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { joinInputs } from '#contract/join-inputs.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import type { SealedChannel } from './sealed-channel.ts';

type Input = string | { readonly size: readonly [cols: number, rows: number] };

export interface Inputs {
  send(input: Input): void;
  /** Resolves when all of it has gone, or was dropped. */
  idle(): Promise<void>;
}

export interface InputsDeps {
  readonly client: Client;
  readonly record: string;
  /** Of a sealed channel. */
  readonly sealed?: Pick<SealedChannel, 'seal' | 'broken'> | undefined;
  /** Hears of keys that were dropped. */
  readonly onDropped: () => void;
  /** Hears the Problem for which the relay takes no more. */
  readonly onRefused: (problem: unknown) => void;
}

interface Waiting {
  readonly input: Input;
  readonly at: number;
}

/** UTF-16 units of one input and of one request: escaped as JSON they fit. */
const lengthMax = 8000;
/** Less than the age at which the machine drops an input itself. */
const ageMsMax = 0.8 * limits.inputAgeMsMax;

/** The inputs of one terminal. */
export function createInputs(deps: InputsDeps): Inputs {
  const waiting: Waiting[] = [];
  let numbered = { producer: newProducer(), seq: 0 };
  let sending: Promise<void> | undefined;
  const sendAll = async () => {
    for (let batch = nextOf(waiting); batch.length > 0; batch = nextOf(waiting)) {
      numbered = { ...numbered, seq: numbered.seq + 1 };
      if (await sendInTime(deps, numbered, batch)) continue;
      // Nobody knows whether the relay has this number, so another producer begins.
      numbered = { producer: newProducer(), seq: 0 };
      waiting.length = 0;
      deps.sealed?.broken();
      deps.onDropped();
    }
  };
  return {
    send: (input) => {
      const at = performance.now();
      for (const piece of piecesOf(input)) waiting.push({ input: piece, at });
      sending ??= sendAll()
        .catch(deps.onRefused)
        .finally(() => {
          sending = undefined;
        });
    },
    idle: async () => {
      while (sending !== undefined) await sending;
    },
  };
}

function newProducer(): string {
  return randomBytes(12).toString('base64url');
}

function piecesOf(input: Input): readonly Input[] {
  if (typeof input !== 'string' || input.length <= lengthMax) return [input];
  const characters = [...input];
  const count = Math.ceil(characters.length / (lengthMax / 2));
  return Array.from({ length: count }, (_, at) =>
    characters.slice((at * lengthMax) / 2, ((at + 1) * lengthMax) / 2).join(''),
  );
}

/** Takes as much as goes in one request. */
function nextOf(waiting: Waiting[]): readonly Waiting[] {
  const sizeOf = ({ input }: Waiting) => (typeof input === 'string' ? input.length : 20);
  let [count, length] = [0, 0];
  for (const one of waiting.slice(0, limits.inputsPerPostMax)) {
    length += sizeOf(one);
    if (count > 0 && length > lengthMax) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Sends a request until it is answered; false where that took too long. Throws the relay's Problem. */
async function sendInTime(
  { client, record, sealed }: InputsDeps,
  numbered: { readonly producer: string; readonly seq: number },
  batch: readonly Waiting[],
): Promise<boolean> {
  const deadline = (batch[0]?.at ?? 0) + ageMsMax;
  const joined = joinInputs(batch.map(({ input }) => input));
  // Once: the same request again is the same bytes.
  const inputs = sealed === undefined ? joined : [...(await sealed.seal(joined))];
  for (let failures = 0; ; ) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    try {
      const body = { ...numbered, inputs };
      await client.call('recordInputs', { parameters: { record }, body, timeoutMs: leftMs });
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'machine-unavailable') return false;
      if (!(error instanceof Interruption)) throw error;
      await delay(Math.min(backoffMs(failures++, error.retryAfterMs), Math.max(deadline - performance.now(), 0)));
    }
  }
}
