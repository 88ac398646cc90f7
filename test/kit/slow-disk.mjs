/** Loaded before a program of ours (`--import`): a disk that reads one large file after the other, each in its time, while the file SALLYPORT_SLOW_WHILE is there. Beside that it notes which were read (`.reads`). */
import { appendFileSync, existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const largeBytes = 1024 * 1024;
const eachMs = 50;

const { SALLYPORT_SLOW_WHILE: isSlow } = process.env;
const { open } = fs;
let turn = Promise.resolve();
if (isSlow !== undefined) {
  fs.open = async (...args) => {
    const handle = await open(...args);
    if ((await handle.stat()).size <= largeBytes) return handle;
    appendFileSync(`${isSlow}.reads`, `${args[0]}\n`);
    turn = turn.then(() => (existsSync(isSlow) ? delay(eachMs) : undefined));
    await turn;
    return handle;
  };
  syncBuiltinESMExports();
}
