/** `npm start`: everything on this machine in one go: the built app, the relay in this process, one bridge beside it, and a link that signs this machine's browser in. */
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { renderUnicodeCompact } from 'uqr';
import { defineOptions, type OptionValues, UsageError } from '#contract/options.ts';
import { parseConfig, platformDataFolder } from '../api/config.ts';
import { type RunningApi, startApi } from '../api/start.ts';
import { forgetHere, noteHere } from '../bridge/data/here.ts';
import { isFolder } from '../bridge/files/folder.ts';
import { discoverProjects } from '../bridge/projects/discover.ts';
import { buildApp } from './build-pwa.ts';
import { keepBridge } from './keep-bridge.ts';
import { openMachineKey } from './machine-key.ts';
import { runScript } from './run-script.ts';
import { openSampleProject } from './sample-project.ts';
import { joinRunning, tryFindRunning } from './second-start.ts';
import { type SyncedProject, startBridgeProcess } from './start-bridge.ts';

const options = defineOptions({
  port: {
    type: 'integer',
    value: 'N',
    default: 8787,
    min: 0,
    max: 65535,
    env: 'SALLYPORT_PORT',
    help: 'Port to listen on; 0 takes a free one.',
  },
  data: {
    type: 'text',
    value: 'DIR',
    env: 'SALLYPORT_DATA',
    help: "Folder for all that Sallyport keeps; absent, the platform's data folder.",
  },
  name: { type: 'text', value: 'NAME', help: 'Name of this machine. Default: its host name.' },
  publicUrl: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_PUBLIC_URL',
    help: 'The https address under which a phone reaches this relay (a reverse proxy or tunnel in front); draws a QR code.',
  },
  agents: {
    type: 'integer',
    value: 'PORT',
    bare: 3000,
    min: 0,
    max: 65535,
    help: 'Open a door for agents on this machine (see sallyport run --help).',
  },
  json: { type: 'flag', help: 'Print one JSON line on stdout once every document is up; all else goes to stderr.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

type Settings = OptionValues<typeof options>;

const about = 'Starts a relay and a bridge for the projects in these folders; without any, for those it finds.';
const examples = ['npm start', 'npm start -- ~/code/shop', 'npm start -- --port 9000 --name laptop ~/code/shop'];
await runScript(options, { usage: 'npm start -- [options] [PROJECT…]', about, examples }, async (values, folders) =>
  run(values, await checkedFolders(folders)),
);

async function checkedFolders(folders: readonly string[]): Promise<string[]> {
  for (const folder of folders) {
    if (!(await isFolder(folder))) throw new UsageError(`There is no folder ${folder}.`);
  }
  return folders.map((folder) => resolve(folder));
}

/** Runs until a signal, or until the first bridge cannot be started at all; the exit code. */
async function run(values: Settings, folders: readonly string[]): Promise<number> {
  const ended = untilSignal();
  const data = resolve(values.data ?? platformDataFolder(process.platform, process.env));
  const running = await tryFindRunning(data);
  if (running !== undefined) return await joinRunning(running, data, folders, values.json);
  await buildApp();
  const relayArgs = ['--port', String(values.port), '--data', join(data, 'relay')];
  const publicArgs = values.publicUrl === undefined ? [] : ['--public-url', values.publicUrl];
  await using api = await startApi(parseConfig([...relayArgs, ...publicArgs], {}).config);
  const machine = await openMachineKey(join(data, 'bridge'), api, values.name ?? hostname());
  const projects = folders.length > 0 ? folders : await foundProjects(data);
  const folder = join(data, 'bridge');
  await using bridge = keepBridge({
    folder,
    say: (line) => console.error(line),
    start: () =>
      startBridgeProcess({
        url: api.url,
        keyFile: machine.keyFile,
        data: folder,
        name: values.name,
        agents: values.agents,
        projects,
      }),
  });
  const first = await Promise.race([bridge.synced, bridge.unusable, ended]);
  if (typeof first === 'number') return first;
  const { file } = await api.ownerKey();
  await noteHere(data, { url: api.url, keyFile: file, pid: process.pid });
  await announce(values, api, { id: machine.id, name: values.name ?? machine.name }, first);
  const code = await ended;
  forgetHere(data);
  return code;
}

async function foundProjects(data: string): Promise<readonly string[]> {
  const found = await discoverProjects(process.cwd(), process.env);
  return found.length > 0 ? found : [await openSampleProject(data, new Date())];
}

async function announce(
  values: Settings,
  api: RunningApi,
  machine: { readonly id: string; readonly name: string },
  projects: readonly SyncedProject[],
): Promise<void> {
  const signInLink = await api.createSignInLink();
  const { key, file } = await api.ownerKey();
  if (values.json) {
    console.log(JSON.stringify({ url: api.url, signInLink, apiKey: key, machine, projects }));
    return;
  }
  const lines = [
    '',
    `  Sallyport    ${api.url}`,
    `  Sign in      ${signInLink}   (once, within 15 minutes)`,
    `  API key      in ${file}`,
    '  Commands     npm link, once; then: sallyport status',
    `  Machine      ${machine.name} · online`,
    ...projects.map(
      ({ name, formats, documents }) => `  Project      ${name} · ${formats.join(', ')} · ${documents} documents`,
    ),
    '',
  ];
  console.log(lines.join('\n'));
  // A phone cannot reach a loopback address: a code for it would lead nowhere.
  if (values.publicUrl !== undefined) console.log(`${renderUnicodeCompact(signInLink)}\n`);
  console.log(
    values.publicUrl === undefined
      ? '  A phone needs https: see "From a phone" in the README. Ctrl-C stops everything.\n'
      : '  Ctrl-C stops everything.\n',
  );
}

/** Resolves to 0 at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilSignal(): Promise<number> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(0));
  });
}
