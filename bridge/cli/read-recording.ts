/** Recordings as the machines tell them: which there are, and one of them piece by piece. */
import * as v from 'valibot';
import { kinds, type ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';

type Recorded = ResultOf<'recording-list'>['items'][number];

export interface FoundRecording extends Recorded {
  readonly machine: Machine;
}

/** Those of the machines that answer; `onTrouble` hears of each that does not. */
export async function recordingsOf(
  client: Client,
  machines: readonly Machine[],
  onTrouble: (machine: Machine, problem: Problem) => void,
): Promise<readonly FoundRecording[]> {
  const found = await Promise.all(
    machines.map(async (machine) => {
      try {
        const { result } = await client.call('queryAsk', {
          parameters: { machine: machine.id },
          body: { kind: 'recording-list', args: {} },
          timeoutMs: 2 * limits.queryMs,
        });
        return v.parse(kinds['recording-list'].result, result).items.map((item) => ({ ...item, machine }));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        onTrouble(machine, error);
        return [];
      }
    }),
  );
  return found.flat().toSorted((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
}

/** The one of a terminal. Throws a UsageError. */
export function recordingOf(all: readonly FoundRecording[], terminal: string): FoundRecording {
  const found = all.find((one) => one.terminal === terminal);
  if (found === undefined)
    throw new UsageError(`No machine that answers has a recording of ${terminal}. sallyport recordings lists them.`);
  return found;
}

/** Its text. Throws a Problem. */
export async function* piecesOf(client: Client, { machine, terminal }: FoundRecording): AsyncGenerator<string> {
  for (let offset = 0; ; ) {
    const { result } = await client.call('queryAsk', {
      parameters: { machine: machine.id },
      body: { kind: 'recording-read', args: { terminal, offset } },
      timeoutMs: 2 * limits.queryMs,
    });
    const piece = v.parse(kinds['recording-read'].result, result);
    yield piece.text;
    if (piece.end || piece.offset === offset) return;
    offset = piece.offset;
  }
}
