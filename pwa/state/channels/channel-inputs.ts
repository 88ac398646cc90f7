/** Types into a channel: in order, one request at a time, each input once, and never late. What could not be sent in time is dropped and said. */
import type { DeviceSeal } from '#contract/device-seal.ts';
import { limits } from '#contract/limits.ts';
import {
  afterRefusal,
  type Batch,
  createTypedInputs,
  inputsOf,
  nextTyped,
  sayLost,
  type TypedInputs,
  whyNotSealed,
} from '#contract/typed-inputs.ts';
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import { randomId } from '../device/random-id.ts';
import { pause } from '../stream/pause.ts';

/** Text that is typed, or an object that the kind of record gives a meaning. */
type Input = string | Readonly<Record<string, unknown>>;

export interface InputsHeard {
  /** Nothing of what was typed since is sent. */
  readonly dropped: (why: string) => void;
  /** The relay has them; `ms` since they were sent. */
  readonly taken: (ms: number) => void;
}

export interface ChannelInputs {
  send(input: Input): void;
  /** Sends nothing any more. */
  close(): void;
}

/** Seals what is typed into a sealed channel. */
export type InputsSealing = Pick<DeviceSeal, 'seal' | 'again' | 'whenAgain' | 'broken'>;

interface Course {
  readonly api: Pick<Api, 'call'>;
  readonly record: string;
  readonly heard: InputsHeard;
  readonly sealing: InputsSealing | undefined;
  readonly closing: AbortController;
  /** Who types: anew after a request of which nobody knows whether it arrived. */
  producer: string;
  seq: number;
  readonly typed: TypedInputs;
  sending: boolean;
}

/** How long to wait before an interrupted request is repeated, in ms. */
const repeatMs = 300;

/** Nothing is typed yet. */
export function createInputs(
  api: Pick<Api, 'call'>,
  record: string,
  heard: InputsHeard,
  sealing?: InputsSealing,
): ChannelInputs {
  const closing = new AbortController();
  const course: Course = {
    ...{ api, record, heard, sealing, closing },
    ...{ producer: randomId(), seq: 1, typed: createTypedInputs(), sending: false },
  };
  sealing?.whenAgain(() => {
    if (!course.sending) void sendAll(course);
  });
  return {
    send(input) {
      if (closing.signal.aborted) return;
      const refused = course.typed.add(input, Date.now());
      if (refused !== undefined) heard.dropped(refused);
      else if (!course.sending) void sendAll(course);
    },
    close: () => closing.abort(),
  };
}

async function sendAll(course: Course): Promise<void> {
  course.sending = true;
  const { typed, closing, heard } = course;
  const next = () => nextTyped(typed, course.sealing, Date.now() - limits.inputAgeMsMax, heard.dropped);
  for (let batch = next(); batch !== undefined && !closing.signal.aborted; batch = next()) {
    const startedAt = performance.now();
    const why = await sendOne(course, batch);
    if (closing.signal.aborted) break;
    if (why === 'again') typed.again(inputsOf(batch));
    else if (why === undefined) heard.taken(performance.now() - startedAt);
    else {
      // What was typed behind a lost key means something else without it.
      typed.clear();
      course.sealing?.broken();
      heard.dropped(sayLost(why, batch));
    }
  }
  course.sending = false;
}

/** Sends one request, and repeats it until it is answered or too old. Resolves to why it was dropped, or to `again` where something else comes first. */
async function sendOne(course: Course, { inputs: plain, at }: Batch): Promise<string | undefined> {
  const { api, record, closing, sealing } = course;
  const until = at + limits.inputAgeMsMax;
  let inputs = sealing === undefined ? plain : undefined;
  for (;;) {
    try {
      // Once: what is repeated is the same.
      inputs ??= (await sealing?.seal(plain, at)) ?? plain;
      // An attach may have taken long: what is dropped here is never sent later.
      if (Date.now() >= until) return tooLate(course);
      const body = { producer: course.producer, seq: course.seq, inputs };
      const timeoutMs = until - Date.now();
      await api.call('recordInputs', { parameters: { record }, body, signal: closing.signal, timeoutMs });
      course.seq += 1;
      return undefined;
    } catch (error) {
      const notSealed = whyNotSealed(error);
      if (notSealed !== undefined) return notSealed;
      if (closing.signal.aborted) return 'closed';
      const asked =
        error instanceof Refusal ? afterRefusal({ ...error.problem, code: error.code }, course.seq) : undefined;
      if (typeof asked === 'object') {
        course.seq = asked.seq;
        continue;
      }
      const problem = `Not typed. ${error instanceof Error ? error.message : String(error)}`;
      if (!(error instanceof Interruption) && asked === undefined) return problem;
      await pause(Math.max(repeatMs, error instanceof Interruption ? error.retryAfterMs : 0), closing.signal);
      if (Date.now() < until) continue;
      // What was refused has not arrived.
      if (asked !== undefined) return problem;
      return tooLate(course);
    }
  }
}

/** Nobody knows whether an earlier try arrived: the next one is of another producer. */
function tooLate(course: Course): string {
  course.producer = randomId();
  course.seq = 1;
  return `Not typed: it could not be sent within ${limits.inputAgeMsMax / 1000} s.`;
}
