/** Whether a connection to the relay's port comes about: directly by TCP, or by CONNECT of a proxy. */
import { type Interruption, interruptionOf } from '../../net/interruption.ts';
import { bareHost, type ProxyServer, portOf, proxyName } from '../../net/proxy.ts';
import { type Check, type Fix, fail, ok } from '../check.ts';
import type { Patient } from '../patient.ts';

export const connection: Check = {
  name: 'connection',
  title: 'Connection',
  group: 'Network',
  after: ['dns'],
  exitCode: 4,
  run: async (ground) => {
    const { origin, proxy } = ground;
    const where = origin?.host ?? '';
    const began = performance.now();
    try {
      (await ground.shared.connect('plain')).destroy();
    } catch (error) {
      const interruption = interruptionOf(error, where);
      return fail(interruption.message, fixFor(interruption, ground));
    }
    const ms = Math.round(performance.now() - began);
    return ok(
      proxy === undefined ? `${where} accepts it, in ${ms} ms.` : `The proxy opens one to ${where}, in ${ms} ms.`,
    );
  },
};

function fixFor(interruption: Interruption, { origin, proxy }: Patient): Fix {
  if (proxy !== undefined && origin !== undefined) return fixForProxy(interruption, proxy, origin);
  if (interruption.breakage !== 'away') return { says: 'Try it by hand:', copy: `curl -v ${origin?.origin}/v1/hello` };
  if (/Nothing listens/.test(interruption.message))
    return {
      says: 'Start the relay or the reverse proxy before it. On the server:',
      copy: 'curl -s http://127.0.0.1:8787/livez',
    };
  return {
    says: 'A firewall may block it. If a browser here reaches the relay, it uses a proxy; name the same one:',
    copy: 'export HTTPS_PROXY=http://proxy.example:3128',
  };
}

function fixForProxy({ status, message, breakage }: Interruption, proxy: ProxyServer, origin: URL): Fix {
  const { source, url } = proxy;
  const target = `${bareHost(origin)}:${portOf(origin)}`;
  if (status === 407 && /local helper/.test(message))
    return {
      says: 'Install px (pip install px-proxy) or cntlm, which sign in as you; start it, then:',
      copy: `export ${source}=http://127.0.0.1:3128`,
    };
  if (status === 407)
    return {
      says: 'With your own name and password:',
      copy: `export ${source}=${url.protocol}//NAME:PASSWORD@${url.host}`,
    };
  if (status !== undefined && status < 500)
    return { says: 'Ask the people who run the proxy:', copy: `Please allow CONNECT to ${target} on ${url.host}.` };
  if (status !== undefined)
    return {
      says: 'Ask the people who run the proxy, which must reach the relay:',
      copy: `Please check why ${url.host} cannot reach ${target}.`,
    };
  if (breakage === 'refused')
    return { says: `Is ${proxyName(proxy)} still right?`, copy: `export ${source}=http://proxy.example:3128` };
  const what = breakage === 'timeout' ? 'does not answer' : 'drops';
  return {
    says: 'Ask the people who run the proxy:',
    copy: `The proxy ${url.host} ${what} "CONNECT ${target}". Please allow it.`,
  };
}
