/** Runs a PAC file in QuickJS, a JavaScript engine compiled to WebAssembly: the file has no network, no files and no objects of Node in reach, 16 MiB of memory and a second (docs/decisions/0037). Names that it asks for are resolved by the other side, which then runs it again. */
import { parentPort, workerData } from 'node:worker_threads';
import { type JSValueHandle, QuickJS } from 'quickjs-wasi';
import { reasonOf } from '#contract/reason.ts';
import { pacHelpers } from './helpers.ts';

/** What the worker is told for each run. */
export interface PacRun {
  readonly text: string;
  readonly url: string;
  readonly host: string;
  /** IPv4 addresses of names; null where a name has none. */
  readonly names: ReadonlyMap<string, string | null>;
  readonly ownAddress: string;
}

/** What a run comes to. `wants`: names to be resolved before the next run. */
export type PacOutcome =
  | { readonly result: string }
  | { readonly wants: readonly string[] }
  | { readonly failed: string };

const memoryBytesMax = 16 * 1024 * 1024;
/** Well below what the engine itself has, so that a file that calls itself ends with an error of its own. */
const stackBytesMax = 128 * 1024;
const runMsMax = 1000;

const wasm = workerData.wasm as Uint8Array<ArrayBuffer>;
parentPort?.on('message', (run: PacRun) => {
  void runPac(run).then((outcome) => parentPort?.postMessage(outcome));
});

async function runPac({ text, url, host, names, ownAddress }: PacRun): Promise<PacOutcome> {
  const wants = new Set<string>();
  const deadline = performance.now() + runMsMax;
  const interruptHandler = () => wants.size > 0 || performance.now() > deadline;
  using vm = await QuickJS.create({ wasm, memoryLimit: memoryBytesMax, maxStackSize: stackBytesMax, interruptHandler });
  using resolve = vm.newFunction('__resolve', (name?: JSValueHandle) => {
    const asked = (name?.toString() ?? '').toLowerCase();
    const address = names.get(asked);
    if (address === undefined) wants.add(asked);
    return address == null ? vm.hostToHandle(null) : vm.newString(address);
  });
  vm.setProp(vm.global, '__resolve', resolve);
  const given = `var __ownAddress = ${JSON.stringify(ownAddress)}, __now = ${JSON.stringify(clockOf(new Date()))};`;
  try {
    vm.evalCode(given + pacHelpers, 'helpers.js')[Symbol.dispose]();
    vm.evalCode(text, 'proxy.pac')[Symbol.dispose]();
    const call = `String(FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(host)}) ?? '')`;
    using result = vm.evalCode(call, 'call.js');
    return wants.size > 0 ? { wants: [...wants] } : { result: result.toString() };
  } catch (error) {
    if (wants.size > 0) return { wants: [...wants] };
    if (performance.now() > deadline) return { failed: `it runs for more than ${runMsMax / 1000} s` };
    return { failed: reasonOf(error) };
  }
}

/** The time in parts, since the sandbox knows no time zone. */
function clockOf(date: Date) {
  const [weekday, day, month, year] = [date.getDay(), date.getDate(), date.getMonth(), date.getFullYear()];
  return {
    local: { weekday, day, month, year, hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds() },
    utc: {
      ...{ weekday: date.getUTCDay(), day: date.getUTCDate(), month: date.getUTCMonth(), year: date.getUTCFullYear() },
      ...{ hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() },
    },
  };
}
