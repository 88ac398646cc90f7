/** Two syncthings of this machine that share one folder, as a peer that carries files: both are told of each other and of nobody else, with the least delay of its watcher. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../test/kit/eventually.ts';
import { freePort } from '../../test/kit/free-port.ts';

const apiKey = 'bench';

export interface SyncthingPair extends AsyncDisposable {
  readonly pids: () => readonly number[];
  /** Bytes that the first has sent and received. */
  traffic(): Promise<number>;
  endOther(): Promise<void>;
  startOther(): void;
}

interface Side {
  readonly home: string;
  readonly root: string;
  readonly id: string;
  readonly port: number;
  readonly gui: number;
}

/** Starts both; resolves once they are connected. */
export async function startSyncthings(
  program: string,
  folder: string,
  roots: readonly [string, string],
): Promise<SyncthingPair> {
  const sides = await Promise.all(roots.map((root, at) => prepare(program, join(folder, `syncthing-${at}`), root)));
  const [one, other] = sides as [Side, Side];
  for (const side of sides) await writeFile(join(side.home, 'config.xml'), configOf(side, [one, other]));
  const start = ({ home }: Side) =>
    spawn(program, ['serve', `--home=${home}`, '--no-browser', '--no-restart', '--logflags=0'], {
      stdio: 'ignore',
      // The process itself, without one that watches over it.
      env: { ...process.env, STNOUPGRADE: '1', STMONITORED: 'yes' },
    });
  const [first, running] = [start(one), { second: start(other) }];
  const end = async (child: typeof first) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const connections = async () => {
    const answer = await fetch(`http://127.0.0.1:${one.gui}/rest/system/connections`, {
      headers: { 'X-API-Key': apiKey },
    });
    return (await answer.json()) as {
      total: { inBytesTotal: number; outBytesTotal: number };
      connections: Record<string, { connected: boolean }>;
    };
  };
  await eventually(async () => (await connections()).connections[other.id]?.connected === true, { timeoutMs: 60_000 });
  return {
    pids: () => [first.pid ?? 0, running.second.pid ?? 0],
    traffic: async () => {
      const { inBytesTotal, outBytesTotal } = (await connections()).total;
      return inBytesTotal + outBytesTotal;
    },
    endOther: () => end(running.second),
    startOther: () => {
      running.second = start(other);
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all([end(first), end(running.second)])),
  };
}

async function prepare(program: string, home: string, root: string): Promise<Side> {
  await promisify(execFile)(program, ['generate', `--home=${home}`]);
  const { stdout } = await promisify(execFile)(program, ['--device-id', `--home=${home}`]);
  await access(join(home, 'config.xml'));
  await mkdir(join(root, '.stfolder'), { recursive: true });
  return { home, root, id: stdout.trim(), port: await freePort(), gui: await freePort() };
}

function configOf(own: Side, sides: readonly Side[]): string {
  const devices = sides.map(
    ({ id, port }) => `<device id="${id}" name="${port}"><address>tcp://127.0.0.1:${port}</address></device>`,
  );
  const shared = sides.map(({ id }) => `<device id="${id}"></device>`);
  const off = ['globalAnnounceEnabled', 'localAnnounceEnabled', 'relaysEnabled', 'natEnabled', 'crashReportingEnabled'];
  return [
    '<configuration version="36">',
    `<folder id="bench" path="${own.root}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="1">${shared.join('')}</folder>`,
    ...devices,
    `<gui enabled="true"><address>127.0.0.1:${own.gui}</address><apikey>${apiKey}</apikey></gui>`,
    `<options><listenAddress>tcp://127.0.0.1:${own.port}</listenAddress><urAccepted>-1</urAccepted><startBrowser>false</startBrowser><reconnectionIntervalS>1</reconnectionIntervalS>`,
    ...off.map((name) => `<${name}>false</${name}>`),
    '</options></configuration>',
  ].join('\n');
}
