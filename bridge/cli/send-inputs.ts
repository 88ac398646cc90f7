/** Sends what is typed, in order and once. What a dead network holds up for too long is dropped: it must not act later. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import {
  afterRefusal,
  type Batch,
  createTypedInputs,
  inputsOf,
  nextTyped,
  sayLost,
  whyNotSealed,
} from '#contract/typed-inputs.ts';
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
  readonly sealed?: InputsSealing | undefined;
  /** Throws where a channel that the relay does not know is gone for good. */
  readonly lookWhetherGone?: () => Promise<void>;
  /** Hears why keys were dropped. */
  readonly onDropped: (why: string) => void;
  /** Hears the Problem for which the relay takes no more. */
  readonly onRefused: (problem: unknown) => void;
}

type InputsSealing = Pick<SealedChannel, 'seal' | 'again' | 'whenAgain' | 'broken' | 'mayPass'>;

/** Less than the age at which the machine drops an input itself. */
const ageMsMax = 0.8 * limits.inputAgeMsMax;

/** The inputs of one terminal. */
export function createInputs(deps: InputsDeps): Inputs {
  const typed = createTypedInputs();
  let numbered = { producer: newProducer(), seq: 0 };
  let sending: Promise<void> | undefined;
  const next = () => nextTyped(typed, deps.sealed, Date.now() - ageMsMax, deps.onDropped);
  const sendAll = async () => {
    for (let batch = next(); batch !== undefined; batch = next()) {
      const own = { ...numbered, seq: numbered.seq + 1 };
      const why = await sendInTime(deps, own, batch);
      if (why === 'again') {
        typed.again(inputsOf(batch));
        continue;
      }
      numbered = own;
      if (why === undefined) continue;
      // Nobody knows whether the relay has this number, so another producer begins.
      numbered = { producer: newProducer(), seq: 0 };
      typed.clear();
      deps.sealed?.broken();
      deps.onDropped(sayLost(why, batch));
    }
  };
  const begin = () => {
    sending ??= sendAll()
      .catch(deps.onRefused)
      .finally(() => {
        sending = undefined;
      });
  };
  deps.sealed?.whenAgain(begin);
  return {
    send: (input) => {
      const refused = typed.add(input, Date.now());
      if (refused !== undefined) deps.onDropped(refused);
      else begin();
    },
    idle: async () => {
      while (sending !== undefined) await sending;
    },
  };
}

function newProducer(): string {
  return randomBytes(12).toString('base64url');
}

/** Sends a request until it is answered, numbered anew where the relay has forgotten the last number; else resolves to why it was dropped, or to `again` where something else comes first. Throws the relay's Problem. */
async function sendInTime(
  { client, record, sealed, lookWhetherGone }: InputsDeps,
  numbered: { readonly producer: string; seq: number },
  batch: Batch,
): Promise<string | undefined> {
  const deadline = batch.at + ageMsMax;
  let inputs = sealed === undefined ? batch.inputs : undefined;
  let why = 'Not typed: it could not be sent in time.';
  for (let failures = 0; ; ) {
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) return why;
    try {
      // Once: the same request again is the same bytes.
      inputs ??= (await sealed?.seal(batch.inputs, batch.at)) ?? batch.inputs;
      const body = { ...numbered, inputs };
      await client.call('recordInputs', { parameters: { record }, body, timeoutMs: leftMs });
      return undefined;
    } catch (error) {
      const notSealed = whyNotSealed(error);
      if (notSealed !== undefined) return notSealed;
      const { code = '', extra = {} } = error instanceof Problem ? error : {};
      if (code === 'channel-unknown') await lookWhetherGone?.();
      const asked = afterRefusal({ ...extra, code }, numbered.seq);
      if (typeof asked === 'object') {
        numbered.seq = asked.seq;
        continue;
      }
      const mayPass = inputs === undefined && sealed?.mayPass(error) === true;
      if (!(error instanceof Interruption) && asked === undefined && !mayPass) throw error;
      if (error instanceof Problem) why = `Not typed: ${error.message}.`;
      const pauseMs = error instanceof Interruption ? error.retryAfterMs : 0;
      await delay(Math.min(backoffMs(failures++, pauseMs), Math.max(deadline - Date.now(), 0)));
    }
  }
}
