/** An MCP server on stdin and stdout, over the three tools. stdout carries the protocol alone. */
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { type Tools, waitMs } from './tools.ts';

const progressMs = 10_000;

const text = (lengthMax: number, description: string) =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(lengthMax), v.description(description));

const Request = v.object({
  title: text(200, 'What the person decides on, in one line: "Design of order expiry".'),
  file: text(4096, 'Path of the file to approve, relative to the project: ".spec-workflow/specs/x/design.md".'),
  spec: v.optional(text(100, 'Name of the spec, where the path does not say it.')),
  reason: v.optional(text(4000, 'What changed and what the person should look at, in a few sentences.')),
});
const Wait = v.object({
  id: text(200, 'The id that request_approval gave.'),
  seconds: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(1800),
      v.description('How long to wait; by default 50, with progress 1800.'),
    ),
  ),
});
const Withdraw = v.object({ id: text(200, 'The id that request_approval gave.') });

/** Serves until stdin ends. */
export async function serveMcp(tools: Tools): Promise<void> {
  const server = new McpServer({ name: 'sallyport', version: VERSION });
  server.registerTool(
    'request_approval',
    {
      title: 'Ask a person to approve a file',
      description:
        'Asks a person to approve a file, for example a design before you implement it. They read it on their phone or computer. Then call wait_for_approval.',
      inputSchema: toStandardJsonSchema(Request),
    },
    (wish) => answer(() => tools.request(wish)),
  );
  server.registerTool(
    'wait_for_approval',
    {
      title: 'Wait for the decision',
      description:
        'Waits until the person decides. Answers {status: "approved" | "rejected" | "needs-revision", response, comments}, or {status: "pending"}: then call it again with the same id.',
      inputSchema: toStandardJsonSchema(Wait),
    },
    ({ id, seconds }, context) => answer(() => waitWithProgress(tools, id, seconds, context)),
  );
  server.registerTool(
    'withdraw_approval',
    {
      title: 'Take a request back',
      description: 'Takes a request for approval back that nobody has decided yet.',
      inputSchema: toStandardJsonSchema(Withdraw),
    },
    ({ id }) => answer(() => tools.withdraw(id)),
  );
  const transport = new StdioServerTransport();
  const ended = Promise.withResolvers<void>();
  await server.connect(transport);
  process.stdin.once('end', ended.resolve).once('close', ended.resolve);
  await ended.promise;
  await server.close();
}

async function waitWithProgress(
  tools: Tools,
  id: string,
  seconds: number | undefined,
  { mcpReq: { signal, notify, _meta } }: ServerContext,
): Promise<object> {
  const progressToken = _meta?.progressToken;
  const ms = waitMs(seconds, progressToken !== undefined);
  const stop = new AbortController();
  const timers = [setTimeout(() => stop.abort(), ms)];
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  let progress = 0;
  const report = setInterval(() => {
    if (progressToken === undefined) return;
    progress += progressMs / 1000;
    const params = { progressToken, progress, total: ms / 1000, message: 'Waiting for a person to decide.' };
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  }, progressMs);
  try {
    return await tools.wait(id, stop.signal);
  } finally {
    timers.forEach(clearTimeout);
    clearInterval(report);
  }
}

/** What a tool says, or in one sentence why it could not. */
async function answer(run: () => Promise<object>) {
  try {
    const said = await run();
    return {
      content: [{ type: 'text' as const, text: JSON.stringify(said, null, 2) }],
      structuredContent: { ...said },
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, hint, detail, title } = error.toJson();
    const said = { problem: code, detail: detail ?? title, hint };
    return { isError: true, content: [{ type: 'text' as const, text: JSON.stringify(said, null, 2) }] };
  }
}
