/** Reads the cases of the wire (`*.yaml` beside this file) and runs them against a relay. What a case may say: README.md. */
import { randomUUID } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at, type Bindings, fill, mismatch } from './matching.ts';
import { type Answer, type Call, type Held, hold, type Relay, request } from './request.ts';

/** One promise of docs/protocol.md as requests and the answers to expect. */
export interface Case {
  readonly rule: string;
  readonly title: string;
  /** Steps of `given.yaml` that come first. */
  readonly given?: string;
  readonly steps: readonly Step[];
}

interface Step extends Call {
  /** Begins the call and goes on; a later step `finish`es it. */
  readonly background?: string;
  readonly finish?: string;
  readonly status?: number;
  readonly answer?: unknown;
  /** Headers of the answer, by their names in lower case. */
  readonly answerHeaders?: unknown;
  /** Events of the stream that a `finish` waits for, in this order; others may come between. */
  readonly events?: readonly unknown[];
  /** Whether a `finish` waits until the relay ends the stream. */
  readonly ends?: true;
  /** Repeats the call, for 10 s at most, until the answer is the expected one. */
  readonly eventually?: boolean;
  /** Sends the call so often, one after another; in the background, all at once. */
  readonly times?: number;
  readonly capture?: Readonly<Record<string, string>>;
}

const eventuallyMs = 10_000;
const betweenTriesMs = 50;

/** All cases, in the order of their files. */
export async function readCases(): Promise<readonly Case[]> {
  const names = await Array.fromAsync(glob('[0-9]*.yaml', { cwd: import.meta.dirname }));
  const files = names.toSorted().map((name) => readYaml<{ cases: Case[] }>(name));
  return (await Promise.all(files)).flatMap(({ cases }) => cases);
}

/** Runs one case with a machine of its own, which is removed afterwards. Rejects with the step, the expectation and the answer. */
export async function runCase(of: Case, relay: Relay): Promise<void> {
  const bindings: Bindings = { unique: randomUUID().slice(0, 8) };
  const held = new Map<string, Held>();
  try {
    const given =
      of.given === undefined ? [] : ((await readYaml<Record<string, Step[]>>('given.yaml'))[of.given] ?? []);
    for (const [index, step] of [...given, ...of.steps].entries())
      await runStep(step, relay, bindings, held).catch((error: unknown) => {
        const which = index < given.length ? `step ${index + 1} of "${of.given}"` : `step ${index + 1 - given.length}`;
        throw new Error(`${of.rule}, ${which}: ${error instanceof Error ? error.message : String(error)}`);
      });
  } finally {
    for (const call of held.values()) call.close();
    if (bindings.machine !== undefined)
      await request({ call: `DELETE /v1/machines/${bindings.machine}` }, relay, bindings);
  }
}

async function runStep(step: Step, relay: Relay, bindings: Bindings, held: Map<string, Held>): Promise<void> {
  if (step.background !== undefined) {
    for (let nth = 1; nth <= (step.times ?? 1); nth += 1)
      held.set(nth === 1 ? step.background : `${step.background} ${nth}`, hold(step, relay, bindings));
    return;
  }
  const call = step.finish === undefined ? undefined : held.get(step.finish);
  if (step.finish !== undefined && call === undefined) throw new Error(`no call is called ${step.finish}`);
  if (call !== undefined && step.events !== undefined)
    return await call.events(fill(step.events, bindings) as unknown[]);
  if (call !== undefined && step.ends) return await call.ended();
  for (let nth = 1; nth < (step.times ?? 1); nth += 1)
    await answerTo(step, () => request(step, relay, bindings), bindings);
  const answer = await answerTo(step, () => call?.answer() ?? request(step, relay, bindings), bindings);
  for (const [name, path] of Object.entries(step.capture ?? {})) bindings[name] = at(answer.body, path);
}

/** The answer, once it is the expected one. */
async function answerTo(step: Step, ask: () => Promise<Answer>, bindings: Bindings): Promise<Answer> {
  const until = Date.now() + (step.eventually ? eventuallyMs : 0);
  for (;;) {
    const answer = await ask();
    const wrong = complaint(step, answer, bindings);
    if (wrong === undefined) return answer;
    const { headers, ...shown } = answer;
    const got = JSON.stringify(step.answerHeaders === undefined ? shown : { ...shown, headers });
    if (Date.now() >= until) throw new Error(`${step.call ?? step.finish}: ${wrong}; got ${got}`);
    await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
  }
}

function complaint({ status, answer, answerHeaders }: Step, got: Answer, bindings: Bindings): string | undefined {
  if (status !== undefined && got.status !== status) return `status ${status} was expected`;
  const wrong =
    answerHeaders === undefined ? undefined : mismatch(fill(answerHeaders, bindings), got.headers, 'headers');
  return wrong ?? (answer === undefined ? undefined : mismatch(fill(answer, bindings), got.body));
}

async function readYaml<Content>(name: string): Promise<Content> {
  return parse(await readFile(join(import.meta.dirname, name), 'utf8'), { merge: true });
}
