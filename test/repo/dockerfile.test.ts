/** The Dockerfile without Docker: its steps run in temporary folders, and what comes out of them is a relay that serves the app. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { apiOptions } from '../../api/config.ts';
import { freePort } from '../kit/free-port.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const root = join(import.meta.dirname, '..', '..');

/** What a relay can be told by its environment. */
const variables = new Set<string>(Object.values(apiOptions).flatMap((option) => ('env' in option ? [option.env] : [])));

interface Step {
  readonly name: string;
  readonly rest: string;
}

/** One stage that has been run: its folder, and what is said of how it runs. */
interface Stage {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly said: Map<string, string>;
}

async function readSteps(): Promise<Step[]> {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+) (.+)$/.exec(line) ?? [];
      return { name, rest };
    });
}

/** Docker takes a path in another stage from its root, whatever that stage works in. */
function inStage(stage: Stage | undefined, path: string): string {
  const workdir = stage?.said.get('WORKDIR') ?? assert.fail('a stage without a folder');
  assert.ok(path.startsWith(`${workdir}/`), `${path} is looked for at the root of the stage, not in ${workdir}`);
  return join(stage?.folder ?? '', relative(workdir, path));
}

/** Runs the steps; `/data` and a stage's own folder stand in `place`. */
async function build(place: string): Promise<Stage> {
  const ignored = new Set((await readFile(join(root, '.dockerignore'), 'utf8')).trim().split('\n'));
  const stages = new Map<string, Stage>();
  const local = (text: string) => text.replaceAll('/data', join(place, 'data'));
  let stage: Stage | undefined;
  for (const { name, rest } of await readSteps()) {
    if (name === 'FROM') {
      const [image = '', , alias = `stage-${stages.size}`] = rest.split(' ');
      assert.match(image, /^node:26/);
      stage = { folder: join(place, alias), env: {}, said: new Map() };
      await mkdir(stage.folder, { recursive: true });
      stages.set(alias, stage);
      continue;
    }
    assert.ok(stage);
    const { folder } = stage;
    if (name === 'RUN') {
      execFileSync('sh', ['-ec', local(rest)], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    } else if (name === 'COPY') {
      const words = rest.split(' ');
      const alias = words[0]?.startsWith('--from=') ? words.shift()?.slice(7) : undefined;
      const to = words.pop() ?? '';
      for (const word of words) {
        const source = alias === undefined ? join(root, word) : inStage(stages.get(alias), word);
        // Of a folder the content is copied.
        const isFolder = (await stat(source)).isDirectory();
        const target = to.endsWith('/') && !isFolder ? join(folder, to, basename(word)) : join(folder, to);
        await mkdir(dirname(target), { recursive: true });
        const filter = (path: string) => alias !== undefined || !ignored.has(relative(root, path));
        await cp(source, target, { recursive: true, filter, verbatimSymlinks: true });
      }
    } else if (name === 'ENV') {
      for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = local(value);
    } else stage.said.set(name, rest);
  }
  assert.ok(stage);
  return stage;
}

// It installs twice what the relay needs.
test('its steps make a relay that serves the app, as nobody special, and whose health can be asked', {
  timeout: 600_000,
}, async () => {
  await using folder = await openTemporaryFolder();
  const { folder: app, env, said } = await build(folder.path);
  assert.match(said.get('USER') ?? '', /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(said.get('VOLUME'), '/data');
  const port = String(await freePort());
  const [, ...entry] = JSON.parse(said.get('ENTRYPOINT') ?? '[]') as string[];
  const own = { ...env, PATH: process.env.PATH ?? '', SALLYPORT_PORT: port, SALLYPORT_LISTEN: '127.0.0.1' };
  const child = spawn(process.execPath, entry, { cwd: app, env: own, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    assert.ok(Buffer.isBuffer(first), `it has ended with ${first}`);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    assert.match(page, /<script type="module"/);
    const health = /CMD (\[.*\])$/.exec(said.get('HEALTHCHECK') ?? '')?.[1] ?? '[]';
    const [, ...check] = JSON.parse(health) as string[];
    execFileSync(process.execPath, check, { env: own });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.throws(() => execFileSync(process.execPath, check, { env: own }));
  } finally {
    child.kill('SIGKILL');
  }
});

test('compose.yaml names only variables that the relay knows, and a Redis that it takes', async () => {
  const { services } = parse(await readFile(join(root, 'docs/compose.yaml'), 'utf8'), { merge: true }) as {
    services: Record<
      string,
      {
        environment?: Record<string, string>;
        command?: string | string[];
        volumes?: string[];
        read_only?: boolean;
        cap_drop?: string[];
        cap_add?: string[];
        user?: string;
        build?: string | { dockerfile_inline: string };
        sysctls?: Record<string, unknown>;
      }
    >;
  };
  for (const [name, { read_only, cap_drop, cap_add }] of Object.entries(services))
    assert.deepEqual([read_only, cap_drop, cap_add], [true, ['ALL'], undefined], name);
  for (const [name, { user, build }] of Object.entries(services)) {
    const inline =
      typeof build === 'object' ? build.dockerfile_inline : await readFile(join(root, 'Dockerfile'), 'utf8');
    const [, runsAs = 'root'] = user === undefined ? (/^USER (\S+)$/m.exec(inline) ?? []) : ['', user];
    assert.match(runsAs, /^[1-9]\d*:[1-9]\d*$/, `${name} runs as nobody special`);
  }
  assert.equal(services.caddy?.sysctls?.['net.ipv4.ip_unprivileged_port_start'], 80, 'it listens on 80 and 443');
  for (const name of Object.keys(services.api?.environment ?? {})) assert.ok(variables.has(name), name);
  assert.match(String(services.redis?.command), /requirepass.*--maxmemory-policy noeviction/);
  assert.match(String(services.caddy?.command), /reverse-proxy .*--to api:8787/);
  assert.ok(services.api?.volumes?.includes('api:/data'));
});

test('kubernetes.yaml has two processes as nobody special, probes that the relay answers, and time to end in', async () => {
  const text = await readFile(join(root, 'docs/kubernetes.yaml'), 'utf8');
  const [deployment, service] = parseAllDocuments(text).map((document) => document.toJS());
  const { replicas, selector, template } = deployment.spec;
  const { containers, volumes, securityContext, terminationGracePeriodSeconds } = template.spec;
  const [relay] = containers;
  assert.equal(replicas, 2);
  assert.equal(securityContext.runAsNonRoot, true);
  assert.deepEqual(relay.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const { name } of relay.env) assert.ok(variables.has(name), name);
  const steps = await readSteps();
  assert.ok(steps.some(({ name, rest }) => name === 'EXPOSE' && rest === String(relay.ports[0].containerPort)));
  assert.ok(steps.some(({ name, rest }) => name === 'USER' && rest === `${securityContext.runAsUser}:1000`));
  assert.deepEqual(
    [relay.livenessProbe, relay.readinessProbe].map(({ httpGet }) => httpGet.path),
    ['/livez', '/readyz'],
  );
  const waitSeconds = Number(relay.lifecycle.preStop.exec.command[1]);
  assert.ok(terminationGracePeriodSeconds > waitSeconds + 10, 'a process may take 10 s to end');
  const mounts = relay.volumeMounts.map(({ name }: { name: string }) => name);
  assert.deepEqual(
    mounts,
    volumes.map(({ name }: { name: string }) => name),
  );
  assert.deepEqual([service.spec.selector, template.metadata.labels], [selector.matchLabels, selector.matchLabels]);
});
