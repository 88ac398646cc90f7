/** `sallyport doctor`: prints what the checks of `bridge/doctor/` find, one line each, with what to do. */
import { resolve } from 'node:path';
import type { OptionValues } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import { DamagedFile } from '../data/private-file.ts';
import { type Finding, groups } from '../doctor/check.ts';
import { checks } from '../doctor/checks/index.ts';
import { openPatient } from '../doctor/patient.ts';
import { type Examined, isWell, runDoctor } from '../doctor/run-doctor.ts';
import type { Env } from '../projects/registries.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { onData } from './on-data.ts';
import type { doctorOptions } from './options.ts';
import { printJson, printParts } from './output.ts';
import { trust } from './reach.ts';

/** Examines this machine; the exit code is 0 if nothing is wrong, else that of the first thing that is. */
export async function doctor(values: OptionValues<typeof doctorOptions>, env: Env): Promise<number> {
  const data = resolve(values.data ?? defaultDataFolder(env));
  const caTrouble = trustWhatIsKept(values, data);
  const { url, key, keyFile, allowInsecure, pac } = values;
  const patient = await openPatient(
    { data, url, key, keyFile, allowInsecure, pac, caTrouble, holdMs: values.hold * 1000 },
    env,
  );
  using progress = showProgress(values.json);
  const found = await runDoctor(patient, { onExamined: progress.tick });
  progress[Symbol.dispose]();
  const examined = found.map((one) => withData(one, data, env));
  if (values.json) printJson({ ok: isWell(examined), at: new Date().toISOString(), checks: examined });
  else printAll(examined);
  const worst = examined.find(({ state }) => state === 'fail');
  if (worst === undefined) return exitCodes.ok;
  const own = worst.state === 'fail' ? worst.exitCode : undefined;
  return own ?? checks.find(({ name }) => name === worst.name)?.exitCode ?? exitCodes.failure;
}

/** Its fix for this data folder. */
function withData(one: Examined, data: string, env: Env): Examined {
  if (!('fix' in one) || one.fix === undefined) return one;
  return { ...one, fix: { ...one.fix, copy: onData(one.fix.copy, data, env) } };
}

/** Trusts what the command line or the data folder names; answers why what is kept there cannot be used. Throws a UsageError for the command line. */
function trustWhatIsKept(values: { readonly ca?: string | undefined }, data: string): string | undefined {
  try {
    trust(values, data);
    return undefined;
  } catch (error) {
    if (values.ca !== undefined) throw error;
    trust({ ca: 'none' }, data);
    // That is told by a check of its own.
    if (error instanceof DamagedFile) return undefined;
    return reasonOf(error);
  }
}

/** On a terminal, what is still being tried. */
function showProgress(json: boolean): Disposable & { readonly tick: (examined: Examined) => void } {
  const left = new Map(checks.map(({ name, title }) => [name, title]));
  const isShown = !json && process.stderr.isTTY === true;
  const show = (text: string) => isShown && process.stderr.write(`\r\u001b[K${text}`);
  const say = () => show(left.size === 0 ? '' : `Trying: ${[...left.values()].slice(0, 3).join(', ')}…`);
  say();
  return {
    tick: ({ name }) => {
      left.delete(name);
      say();
    },
    [Symbol.dispose]: () => void show(''),
  };
}

const signs = {
  ok: { text: '✓', format: ['green'] },
  note: { text: '!', format: ['yellow'] },
  fail: { text: '✗', format: ['red'] },
  skipped: { text: '–', format: ['dim'] },
} as const satisfies Record<Finding['state'], unknown>;

function printAll(examined: readonly Examined[]): void {
  const width = Math.max(...examined.map(({ title }) => title.length));
  for (const group of groups) {
    printParts([{ text: group, format: ['bold'] }]);
    const own = examined.filter((one) => one.group === group);
    for (const one of own) if (one.state !== 'skipped') printOne(one, width);
    printSkipped(own);
  }
  const wrong = examined.filter(({ state }) => state === 'fail').map(({ title }) => title);
  const summary = wrong.length === 0 ? 'Nothing is wrong.' : `Wrong: ${wrong.join(', ')}.`;
  printParts([{ text: summary, format: wrong.length === 0 ? ['green'] : ['red'] }]);
}

/** What was not tried, in one line for each reason. */
function printSkipped(examined: readonly Examined[]): void {
  const skipped = Map.groupBy(
    examined.filter(({ state }) => state === 'skipped'),
    ({ says }) => says,
  );
  for (const [says, those] of skipped)
    printParts([
      { text: '  ' },
      signs.skipped,
      { text: ` ${those.map(({ title }) => title).join(', ')}: ${says}`, format: ['dim'] },
    ]);
}

function printOne(one: Examined, width: number): void {
  printParts([{ text: '  ' }, signs[one.state], { text: ` ${one.title.padEnd(width)}  ` }, { text: one.says }]);
  const indent = ' '.repeat(width + 6);
  for (const place of 'places' in one ? (one.places ?? []) : [])
    printParts([{ text: `${indent}${place}`, format: ['dim'] }]);
  if (!('fix' in one) || one.fix === undefined) return;
  if (one.fix.says !== undefined) printParts([{ text: `${indent}${one.fix.says}` }]);
  printParts([{ text: indent }, { text: one.fix.copy, format: ['bold'] }]);
}
