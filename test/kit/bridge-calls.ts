/** A bridge reduced to its calls: what a machine says over HTTP, without any files or program behind it. */

import { createHash } from 'node:crypto';
import type { ChannelStands, ChannelsAnswer, InboxAnswer } from '#contract/channel.ts';
import { emptyManifestDigest, manifestLine, type Uploading } from '#contract/delta.ts';
import type { NoticeSaid } from '#contract/document.ts';
import { kinds } from '#contract/kinds/index.ts';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import { VERSION } from '#contract/version.ts';
import type { Answered, TestApi } from './api.ts';

export interface BridgeCalls {
  readonly machine: string;
  readonly key: string;
  readonly epoch: number;
  /** Puts a Markdown file of a spec; resolves to its rev. */
  put(path: string, text: string, meta?: Readonly<Record<string, string>>): Promise<string>;
  /** Puts several in one delta. */
  putAll(
    files: readonly {
      readonly path: string;
      readonly text: string;
      readonly meta?: Readonly<Record<string, string>>;
      readonly notice?: NoticeSaid;
    }[],
    uploading?: Uploading,
  ): Promise<void>;
  /** Tells a record. */
  tell(record: object): Promise<void>;
  /** Adds a part to a channel; resolves to where it stands. */
  add(part: { readonly channel: string; readonly seq: number } & object): Promise<ChannelStands>;
  /** Waits for inputs as a bridge does. */
  inbox(after: Readonly<Record<string, number>>, watch: readonly string[]): Promise<Answered<InboxAnswer>>;
  /** Waits for commands as a poll does. */
  poll<Body = { commands: { id: string; lease: string; kind: string; args: object }[] }>(
    after?: number,
  ): Promise<Answered<Body>>;
  /** Answers a query. */
  answer(id: string, result: object): Promise<void>;
  settle(command: { readonly id: string; readonly lease: string }, state: string, more?: object): Promise<void>;
}

/** A rev that a command may name where no machine looks. */
export const anyRev = '0'.repeat(64);

/** The id of the one project. */
export const testProject = 'project-one';

/** Registers a machine and connects it. */
export async function openBridgeCalls(
  { ask }: Pick<TestApi, 'ask'>,
  name = 'laptop',
  policy: Policy = defaultPolicy,
): Promise<BridgeCalls> {
  const created = await ask<{ machine: { id: string }; key: string }>('POST', '/v1/machines', { body: { name } });
  const {
    key,
    machine: { id: machine },
  } = created.json;
  const connected = await ask<{ epoch: number }>('POST', '/v1/bridge/connect', {
    key,
    body: { ...connectRequest(name), policy },
  });
  if (connected.status !== 200) throw new Error(JSON.stringify(connected.json));
  const { epoch } = connected.json;
  let seq = 0;
  let digest = emptyManifestDigest;
  const revs = new Map<string, string>();
  const putAll: BridgeCalls['putAll'] = async (files, uploading) => {
    const documents = files.map(({ path, text, meta = {}, notice }) => {
      const rev = sha256(text);
      const before = revs.get(path);
      const lineOf = (each: string) => sha256(manifestLine([testProject, path, each, 1]));
      if (before !== undefined) digest = xor(digest, lineOf(before));
      digest = xor(digest, lineOf(rev));
      revs.set(path, rev);
      return {
        project: testProject,
        path,
        kind: 'spec',
        spec: path.split('/')[1],
        rev,
        size: text.length,
        mtime: 1,
        meta: { status: 'planned', ...meta },
        ...(notice === undefined ? {} : { notice }),
      };
    });
    await send(
      documents.map((document, index) => ({ op: 'put', document, describe: 1, text: files[index]?.text })),
      uploading,
    );
  };
  const send = async (all: readonly object[], uploading?: Uploading) => {
    const ops = JSON.stringify(all);
    seq += 1;
    const envelope = JSON.stringify({ epoch, seq, digest: sha256(ops), manifestDigest: digest, uploading });
    const headers = { 'content-type': 'application/x-ndjson' };
    const { status, json } = await ask('POST', '/v1/bridge/ingest', { key, headers, raw: `${envelope}\n${ops}\n` });
    if (status !== 200) throw new Error(JSON.stringify(json));
  };
  return {
    machine,
    key,
    epoch,
    putAll,
    put: async (path, text, meta = {}) => {
      await putAll([{ path, text, meta }]);
      return sha256(text);
    },
    tell: async (record) => await send([{ op: 'record-put', record }]),
    add: async (part) => {
      const line = JSON.stringify([part]);
      const raw = `${JSON.stringify({ epoch, digest: sha256(line) })}\n${line}\n`;
      const headers = { 'content-type': 'application/x-ndjson' };
      const { status, json } = await ask<ChannelsAnswer>('POST', '/v1/bridge/channels', { key, headers, raw });
      if (status !== 200 || json.items[0] === undefined) throw new Error(JSON.stringify(json));
      return json.items[0];
    },
    inbox: async (after, watch) =>
      await ask('POST', '/v1/bridge/inbox', { key, body: { epoch, after, watch, waitSeconds: 20 } }),
    poll: async (after = 0) =>
      await ask('POST', '/v1/bridge/poll', { key, body: { epoch, after, holding: [], waitSeconds: 20 } }),
    answer: async (id, result) => {
      const { status, json } = await ask('POST', '/v1/bridge/answers', {
        key,
        body: { epoch, items: [{ id, result }] },
      });
      if (status !== 200) throw new Error(JSON.stringify(json));
    },
    settle: async ({ id, lease }, state, more = {}) => {
      const items = [{ id, lease, state, ...more }];
      const { status, json } = await ask('POST', '/v1/bridge/results', { key, body: { epoch, items } });
      if (status !== 200) throw new Error(JSON.stringify(json));
    },
  };
}

/** What a bridge without projects of its own says of itself. */
export function connectRequest(name: string) {
  return {
    name,
    os: 'linux',
    version: VERSION,
    projects: [{ id: testProject, name: 'one', formats: ['lean-spec'] }],
    kinds: Object.keys(kinds),
    policy: defaultPolicy,
    acknowledged: null,
    manifestDigest: emptyManifestDigest,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function xor(a: string, b: string): string {
  const bytes = Buffer.from(a, 'hex');
  for (const [index, byte] of Buffer.from(b, 'hex').entries()) bytes[index] = (bytes[index] ?? 0) ^ byte;
  return bytes.toString('hex');
}
