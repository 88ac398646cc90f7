/** An agent in a project's folder: `sallyport mcp`, driven by the official client. */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { cleanEnvironment, programFile } from './process.ts';

const main = programFile('bridge/main.ts');

export interface Agent extends AsyncDisposable {
  readonly client: Client;
  /** Calls a tool; what it answers. */
  call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** Starts it in `folder`; it remembers its requests in `data`. */
export async function openAgent(folder: string, data: string): Promise<Agent> {
  const client = new Client({ name: 'an-agent', version: '1.0.0' });
  const env = { ...cleanEnvironment(), SALLYPORT_DATA: data };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [main, 'mcp'], cwd: folder, env }));
  return {
    client,
    call: async (name, args) => {
      const { content, isError } = (await client.callTool({ name, arguments: args })) as {
        content: { text: string }[];
        isError?: boolean;
      };
      return { isError: isError === true, ...(JSON.parse(content[0]?.text ?? '{}') as Record<string, unknown>) };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
