/** How fast this machine is at this moment: one-byte echoes over loopback, within one process and across two. Printed beside every result, since such machines move by a factor of three within an hour. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { percentile } from './statistics.ts';

const echoes = 2000;

/** "loopback echo 18 µs in one process, 55 µs across two" (medians). */
export async function calibrate(): Promise<string> {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = await medianEcho((server.address() as AddressInfo).port);
  server.close();
  const code = `require('net').createServer((s) => s.setNoDelay().pipe(s)).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const other = await medianEcho(Number(String(line)));
  child.kill();
  return `loopback echo ${own.toFixed(0)} µs in one process, ${other.toFixed(0)} µs across two`;
}

/** In µs. */
async function medianEcho(port: number): Promise<number> {
  const socket: Socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  const times: number[] = [];
  for (let n = 0; n < echoes; n++) {
    const at = performance.now();
    socket.write('x');
    await once(socket, 'data');
    times.push((performance.now() - at) * 1000);
  }
  socket.destroy();
  return percentile(times, 0.5);
}
