/** Whether a connection to the relay's port comes about: directly by TCP, or by a proxy. Of several ways, those before the first that works are told too. */
import { limits } from '#contract/limits.ts';
import type { Interruption } from '../../net/interruption.ts';
import { bareHost, type ProxyServer, portOf, proxyName } from '../../net/proxy.ts';
import { type Check, type Fix, fail, note, ok } from '../check.ts';
import { hopsOf, type Patient } from '../patient.ts';
import { caLine, otherProxyLine, variableLine } from '../setting-lines.ts';
import type { Tried } from '../shared.ts';

export const connection: Check = {
  name: 'connection',
  title: 'Connection',
  group: 'Network',
  after: ['dns'],
  exitCode: 4,
  limitMs: (patient) => hopsOf(patient).length * (patient.connectMs + limits.proxyTriesMs) + 5000,
  run: async (ground) => {
    const tried = await ground.shared.tried();
    const open = tried.find(({ trouble }) => trouble === undefined);
    const opened = open && openedBy(open, ground.origin?.host ?? '');
    const failed = tried.flatMap(({ hop, trouble }) => (trouble === undefined ? [] : [{ hop, trouble }]));
    const [first] = failed;
    if (first === undefined) return ok(opened ?? 'There is no way to try.');
    const says = failed.map(({ trouble }) => trouble.message).join(' ');
    const fix = fixFor(first.trouble, first.hop, ground);
    return opened === undefined ? fail(says, fix) : note(`${says} The next way works: ${opened}`, fix);
  },
};

function openedBy({ hop, ms }: Tried, where: string): string {
  const time = `in ${Math.round(ms)} ms`;
  return hop === undefined ? `${where} accepts it, ${time}.` : `The proxy opens one to ${where}, ${time}.`;
}

function fixFor(interruption: Interruption, hop: ProxyServer | undefined, patient: Patient): Fix {
  if (patient.service !== undefined && patient.terminalProxy !== undefined)
    return {
      says: `This terminal has a proxy that the service does not have, ${patient.terminalProxy}. To give it to the service:`,
      copy: patient.service.install(),
    };
  const { origin } = patient;
  if (hop !== undefined && origin !== undefined) return fixForProxy(interruption, hop, origin, patient);
  if (interruption.breakage !== 'away') return { says: 'Try it by hand:', copy: `curl -v ${origin?.origin}/v1/hello` };
  if (/Nothing listens/.test(interruption.message))
    return {
      says: 'Start the relay or the reverse proxy before it. On the server:',
      copy: 'curl -s http://127.0.0.1:8787/livez',
    };
  return {
    says: 'A firewall may block it. If a browser here reaches the relay, it uses a proxy; name the same one:',
    copy: otherProxyLine('http://proxy.example:3128', patient),
  };
}

function fixForProxy(
  { status, message, breakage }: Interruption,
  proxy: ProxyServer,
  origin: URL,
  patient: Patient,
): Fix {
  const { url, variable = proxy.source } = proxy;
  const target = `${bareHost(origin)}:${portOf(origin)}`;
  if (status === 407 && /local helper/.test(message))
    return {
      says: 'Install px (pip install px-proxy) or cntlm, which sign in as you; start it, then:',
      copy: otherProxyLine('http://127.0.0.1:3128', patient, variable),
    };
  if (status === 407 || /(?:wants a|refused the) name and password/.test(message))
    return {
      says: 'With your own name and password (write @ in them as %40, : as %3A, / as %2F, % as %25):',
      copy: variableLine(`${variable}=${url.protocol}//NAME:PASSWORD@${url.host}`, patient),
    };
  if (/--ca\b/.test(message))
    return {
      says: 'Ask the people who run the proxy for its root certificate, in PEM form. Save it as corp.pem, then:',
      copy: caLine('corp.pem', patient),
    };
  if (/speaks HTTP/.test(message))
    return { says: 'Write:', copy: variableLine(`${variable}=http://${url.host}`, patient) };
  const [, page] = / redirects to (\S+): /.exec(message) ?? [];
  if (page !== undefined) return { says: 'With a browser that uses this proxy, open and sign in:', copy: page };
  if (breakage === 'answered' && (status === undefined || status < 500))
    return { says: 'Ask the people who run the proxy:', copy: `Please allow CONNECT to ${target} on ${url.host}.` };
  if (status !== undefined)
    return {
      says: 'Start the relay if it is down. If it is up, ask the people who run the proxy:',
      copy: `Please check why ${url.host} cannot reach ${target}.`,
    };
  if (breakage === 'refused')
    return {
      says: `Is ${proxyName(proxy)} still right?`,
      copy: otherProxyLine('http://proxy.example:3128', patient, variable),
    };
  const what = breakage === 'timeout' ? 'does not answer' : 'drops';
  return {
    says: 'Ask the people who run the proxy:',
    copy: `The proxy ${url.host} ${what} "CONNECT ${target}". Please allow it.`,
  };
}
