/** Screens what a client sends: the protocol's library drops a line that is no message without a word, and then the client waits for ever. */
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { limits } from '#contract/limits.ts';

/** The lines of `input` that are JSON-RPC messages. The others are answered on `output` with an error. */
export function screened(input: Readable, output: Writable): Readable {
  return Readable.from(messages(input, output), { objectMode: false });
}

async function* messages(input: Readable, output: Writable): AsyncGenerator<Buffer> {
  for await (const line of lines(input)) {
    if (line.trim() === '') continue;
    const problem = line.length > limits.agentMessageMax ? tooLong : problemOf(line);
    if (problem === undefined) yield Buffer.from(`${line}\n`);
    else if (!output.write(`${JSON.stringify({ jsonrpc: '2.0', ...problem })}\n`)) await once(output, 'drain');
  }
}

/** Of a line that is too long only the beginning, which is enough to see that. */
async function* lines(input: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    const parts = [begun + first, ...others];
    begun = (parts.pop() ?? '').slice(0, limits.agentMessageMax + 1);
    yield* parts;
  }
  yield begun;
}

const tooLong = { id: null, error: { code: -32600, message: 'The message is too long.' } };

function problemOf(line: string): object | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: null, error: { code: -32700, message: 'The line is not JSON.' } };
  }
  try {
    parseJSONRPCMessage(value);
    return undefined;
  } catch {
    return { id: idOf(value), error: { code: -32600, message: 'The line is no JSON-RPC message.' } };
  }
}

function idOf(value: unknown): string | number | null {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
