/** `npm run dev`: what one needs to work on Sallyport. A relay and a bridge on the sample project, which start again when their sources change, and Vite in front of them, which reloads the app in the browser. */
import { Console } from 'node:console';
import { join, resolve } from 'node:path';
import { createLogger, createServer, type ViteDevServer } from 'vite';
import { defineOptions, type OptionValues } from '#contract/options.ts';
import { calls } from '#contract/paths.ts';
import { logLevels, parseConfig } from '../api/config.ts';
import { startApi } from '../api/start.ts';
import { openMachineKey } from './machine-key.ts';
import { startRestarting } from './restarting.ts';
import { runScript } from './run-script.ts';
import { openSampleProject } from './sample-project.ts';

const root = join(import.meta.dirname, '..');

const options = defineOptions({
  port: {
    type: 'integer',
    value: 'N',
    default: 5173,
    min: 0,
    max: 65535,
    help: 'Port of the app; 0 takes a free one.',
  },
  relayPort: { type: 'integer', value: 'N', default: 8788, min: 1, max: 65535, help: 'Port of the relay.' },
  data: { type: 'text', value: 'DIR', help: 'Folder of the relay, the bridge and the sample; absent, .sallyport/dev.' },
  logLevel: {
    type: 'text',
    value: 'LEVEL',
    choices: logLevels,
    default: 'info',
    help: 'How much the relay and the bridge log on stderr.',
  },
  json: { type: 'flag', help: 'Print one JSON line on stdout each time that the relay has started.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

type Settings = OptionValues<typeof options>;

const about = 'Starts a relay, a bridge and Vite. Without PROJECT folders, the bridge has a sample project.';
await runScript(options, { usage: 'npm run dev -- [options] [PROJECT…]', about }, async (values, folders) => {
  await run(
    values,
    folders.map((folder) => resolve(folder)),
  );
  return 0;
});

/** Runs until the first SIGINT or SIGTERM; then everything ends. */
async function run(values: Settings, folders: readonly string[]): Promise<void> {
  const ended = untilSignal();
  const data = resolve(values.data ?? join(root, '.sallyport/dev'));
  const relayArgs = ['--port', String(values.relayPort), '--data', join(data, 'relay')];
  const bridgeData = join(data, 'bridge');
  const keyFile = await machineKeyFile(relayArgs, bridgeData);
  const projects = folders.length > 0 ? folders : [await openSampleProject(data, new Date())];
  const relayUrl = `http://127.0.0.1:${values.relayPort}`;
  const say = (line: string) => console.error(line);

  await using stack = new AsyncDisposableStack();
  const vite = await startVite(values.port, relayUrl);
  stack.defer(() => vite.close());
  const appUrl = vite.resolvedUrls?.local[0] ?? '';
  const relayUp = Promise.withResolvers<void>();
  stack.use(
    startRestarting({
      title: 'relay',
      command: ['api/main.ts', ...relayArgs, '--json', '--log-level', values.logLevel],
      sources: ['api'],
      say,
      onLine: (line) => {
        announce(values, appUrl, line);
        relayUp.resolve();
      },
    }),
  );
  await Promise.race([relayUp.promise, ended]);
  stack.use(
    startRestarting({
      title: 'bridge',
      command: [
        'bridge/main.ts',
        'run',
        '--url',
        relayUrl,
        '--key-file',
        keyFile,
        '--data',
        bridgeData,
        '--log-level',
        values.logLevel,
        ...projects,
      ],
      sources: ['bridge', 'api/contract'],
      say,
      onLine: () => undefined,
    }),
  );
  await ended;
}

/** The file with the bridge's key. The relay runs in this process until the machine is registered. */
async function machineKeyFile(relayArgs: readonly string[], folder: string): Promise<string> {
  await using api = await startApi(parseConfig(relayArgs, {}).config);
  return (await openMachineKey(folder, api, 'dev')).keyFile;
}

/** The app from its sources, with all that the relay answers behind it, under one origin: cookies are as in production. */
async function startVite(port: number, relayUrl: string): Promise<ViteDevServer> {
  const served = new Set(Object.values(calls).map(({ path }) => `/${path.split('/')[1]}`));
  const server = await createServer({
    configFile: join(root, 'pwa/vite.config.ts'),
    cacheDir: join(root, 'node_modules/.cache/vite'),
    clearScreen: false,
    // stdout has the lines of `--json` alone.
    customLogger: createLogger('info', { console: new Console(process.stderr) }),
    server: {
      host: '127.0.0.1',
      port,
      fs: { allow: [root] },
      // Without `changeOrigin` the relay sees the host that the browser asked for, as the check of `Origin` wants it.
      proxy: Object.fromEntries([...served].map((path) => [path, { target: relayUrl }])),
    },
  });
  return await server.listen();
}

function announce({ json }: Settings, appUrl: string, { url, signInLink, apiKey }: Readonly<Record<string, unknown>>) {
  const { hash } = new URL(String(signInLink));
  const link = new URL(hash, appUrl).href;
  if (json) console.log(JSON.stringify({ url: appUrl, relay: url, signInLink: link, apiKey }));
  else
    console.log(
      `\n  App      ${appUrl}\n  Relay    ${url}\n  Sign in  ${link}   (once, within 15 minutes)\n  API key  ${apiKey}\n\n  Ctrl-C stops everything.\n`,
    );
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}
