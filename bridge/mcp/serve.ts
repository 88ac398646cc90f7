/** An MCP server on stdin and stdout, over the three tools: it ends with stdin. stdout carries the protocol alone. */
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { Response } from '#contract/approvals/shapes.ts';
import { Line } from '#contract/kinds/args.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { findAgentsProject } from './project.ts';
import { openRequests } from './requests.ts';
import { screened } from './screen.ts';
import { createTools, type Tools, waitMs } from './tools.ts';

const progressMs = 10_000;

const id = v.pipe(Line, v.description('The id that request_approval gave.'));
const Request = v.object({
  title: v.pipe(Line, v.description('What the person decides on, in one line: "Design of order expiry".')),
  file: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(limits.pathLengthMax),
    v.description('Path of the file to approve, relative to the project: ".spec-workflow/specs/x/design.md".'),
  ),
  spec: v.optional(v.pipe(Line, v.description('Name of the spec, where the path does not say it.'))),
  reason: v.optional(
    v.pipe(Response, v.description('What changed and what the person should look at, in a few sentences.')),
  ),
});
const Wait = v.object({
  id,
  seconds: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(limits.agentWaitMs / 1000),
      v.description('How long to wait. By default 50; with a progress token 1800.'),
    ),
  ),
});
const Withdraw = v.object({ id });

/** What JSON Schema cannot say, or some clients cannot read, is checked all the same. */
const unsaid = { ignoreActions: ['regex', 'check', 'trim'] };

/** A schema as the library wants it: it checks, and says itself in JSON Schema. */
function input<Schema extends v.GenericSchema>(schema: Schema) {
  const { '~standard': standard } = toStandardJsonSchema(schema);
  const { input, output } = standard.jsonSchema;
  return {
    '~standard': {
      ...standard,
      jsonSchema: {
        input: (options: Parameters<typeof input>[0]) => input({ ...options, libraryOptions: unsaid }),
        output: (options: Parameters<typeof output>[0]) => output({ ...options, libraryOptions: unsaid }),
      },
    },
  };
}

/** Serves the agent of a folder until stdin ends; `data`: the data folder, where its requests are remembered. */
export async function serveMcp(folder: string, data: string): Promise<void> {
  const tools = createTools({ project: () => findAgentsProject(folder), requests: openRequests(data) });
  const server = createMcpServer(tools, { progressMs });
  const ended = Promise.withResolvers<void>();
  server.server.onclose = ended.resolve;
  await server.connect(new StdioServerTransport(screened(process.stdin, process.stdout), process.stdout));
  await ended.promise;
}

/** The server, not yet connected; a wait whose call wants progress tells of it every `progressMs`. */
export function createMcpServer(tools: Tools, { progressMs }: { readonly progressMs: number }): McpServer {
  const server = new McpServer({ name: 'sallyport', version: VERSION });
  server.registerTool(
    'request_approval',
    {
      title: 'Ask a person to approve a file',
      description:
        'Asks a person to approve a file, for example a design before you implement it. They read it on their phone or computer. Then call wait_for_approval.',
      inputSchema: input(Request),
    },
    (wish) => answer(() => tools.request(wish)),
  );
  server.registerTool(
    'wait_for_approval',
    {
      title: 'Wait for the decision',
      description:
        'Waits until the person decides. Answers {status: "approved" | "rejected" | "needs-revision", response, comments}, or {status: "pending"}: then call it again with the same id.',
      inputSchema: input(Wait),
    },
    (wish, context) => answer(() => waitWithProgress({ tools, progressMs }, wish, context)),
  );
  server.registerTool(
    'withdraw_approval',
    {
      title: 'Take a request back',
      description: 'Takes a request for approval back that nobody has decided yet.',
      inputSchema: input(Withdraw),
    },
    ({ id }) => answer(() => tools.withdraw(id)),
  );
  return server;
}

async function waitWithProgress(
  { tools, progressMs }: { readonly tools: Tools; readonly progressMs: number },
  { id, seconds }: v.InferOutput<typeof Wait>,
  { mcpReq: { signal, notify, _meta } }: ServerContext,
): Promise<object> {
  const progressToken = _meta?.progressToken;
  const ms = waitMs(seconds, progressToken !== undefined);
  const waited = tools.wait(id, AbortSignal.any([signal, AbortSignal.timeout(ms)]));
  if (progressToken === undefined) return await waited;
  let progress = 0;
  const report = setInterval(() => {
    progress += progressMs / 1000;
    const params = { progressToken, progress, total: ms / 1000, message: 'Waiting for a person to decide.' };
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  }, progressMs);
  return await waited.finally(() => clearInterval(report));
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
    const { code, hint, detail, title, lines } = error.toJson();
    const said = { problem: code, detail: detail ?? title, hint, lines };
    return { isError: true, content: [{ type: 'text' as const, text: JSON.stringify(said, null, 2) }] };
  }
}
