/**
 * Loaded before a program of ours (`--import`): notes each step that has to survive a kill, and kills the program at one
 * of them. The programs know nothing of it, so what users run has no such thing in it.
 *
 * SALLYPORT_KILL_AT names a step and how often it comes before it counts: `rename journal.jsonl after 2`.
 * SALLYPORT_STEPS names a file that gets a line for each step that is passed.
 */
import { appendFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import sqlite from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const { SALLYPORT_KILL_AT: killAt, SALLYPORT_STEPS: stepsFile } = process.env;
const [, wanted = '', times = '1'] = /^(.*?)(?: (\d+))?$/.exec(killAt ?? '') ?? [];
let left = Number(times);

function pass(step) {
  if (stepsFile !== undefined) appendFileSync(stepsFile, `${step}\n`);
  if (step !== wanted || --left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** A name without what is other at each run. */
function nameOf(path) {
  const name = basename(String(path));
  if (name.startsWith('.sallyport-')) return `temporary${/\.[a-z]+$/.exec(name)?.[0] ?? ''}`;
  return name
    .replace(/\.\d+\.new$/, '.new')
    .replace(/^lock\..*/, 'lock.own')
    .replace(/^backup-[0-9a-f]+/, 'backup')
    .replace(/^(NOTE|BRIEF)-\d+/, '$1')
    .replace(/^[\w-]{12}(?=\.json)/, 'project');
}

/** What `act` does, between two steps. */
async function around(step, act) {
  pass(`${step} before`);
  const result = await act();
  pass(`${step} after`);
  return result;
}

function watchFiles() {
  const { open, rename, link, writeFile } = fs;
  const paths = new WeakMap();
  const seen = new WeakSet();
  fs.open = async (path, ...rest) => {
    const opened = () => open(path, ...rest);
    const handle = await (rest[0] === 'wx' ? around(`make ${nameOf(path)}`, opened) : opened());
    paths.set(handle, nameOf(path));
    const prototype = Object.getPrototypeOf(handle);
    if (seen.has(prototype)) return handle;
    seen.add(prototype);
    for (const name of ['sync', 'datasync', 'appendFile']) {
      const own = prototype[name];
      prototype[name] = function (...args) {
        return around(`${name} ${paths.get(this) ?? 'file'}`, () => own.apply(this, args));
      };
    }
    return handle;
  };
  fs.rename = (from, to) => around(`rename ${nameOf(from)} ${nameOf(to)}`, () => rename(from, to));
  fs.link = (from, to) => around(`link ${nameOf(from)} ${nameOf(to)}`, () => link(from, to));
  fs.writeFile = (path, ...rest) =>
    around(`write ${typeof path === 'object' ? 'file' : nameOf(path)}`, () => writeFile(path, ...rest));
}

function watchSqlite() {
  const { prepare, exec } = sqlite.DatabaseSync.prototype;
  sqlite.DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (sql !== 'COMMIT') return statement;
    const { run } = statement;
    statement.run = (...args) => between('commit', () => run.apply(statement, args));
    return statement;
  };
  sqlite.DatabaseSync.prototype.exec = function (sql) {
    const step = sql === 'COMMIT' ? 'open-commit' : /VACUUM;$/.test(sql) ? 'upgrade' : undefined;
    return step === undefined ? exec.call(this, sql) : between(step, () => exec.call(this, sql));
  };
}

function between(step, act) {
  pass(`${step} before`);
  const result = act();
  pass(`${step} after`);
  return result;
}

function routeOf(url) {
  return String(url)
    .replace(/\?.*/, '')
    .replace(/^(\/v1\/machines\/)[^/]+/, '$1ID')
    .replace(/^(\/v1\/machines\/ID\/commands\/)[^/]+/, '$1ID');
}

/** What a relay answers, what a bridge sends, and what goes to a Redis. */
function watchNetwork() {
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function (...args) {
    const route = `answer ${routeOf(this.req?.url)}`;
    return /\/v1\/(bridge|machines|backups)/.test(route)
      ? between(route, () => end.apply(this, args))
      : end.apply(this, args);
  };
  const { write } = Socket.prototype;
  Socket.prototype.write = function (chunk, ...args) {
    const [, path] = typeof chunk === 'string' ? (/^POST (\/v1\/bridge\/\S+) HTTP/.exec(chunk) ?? []) : [];
    const step =
      path !== undefined
        ? `send ${path}`
        : typeof chunk === 'string' && /\nEVALSHA\r\n/.test(chunk)
          ? 'redis'
          : undefined;
    return step === undefined
      ? write.call(this, chunk, ...args)
      : between(step, () => write.call(this, chunk, ...args));
  };
}

if (isMainThread && (killAt !== undefined || stepsFile !== undefined)) {
  watchFiles();
  watchSqlite();
  watchNetwork();
  syncBuiltinESMExports();
}
