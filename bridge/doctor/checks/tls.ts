/** Whether the certificate that is shown for the relay is trusted, and who issued it: a gateway that opens TLS is named with the place of its root. */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { interruptionOf } from '../../net/interruption.ts';
import { lookAtTls, type Shown } from '../../net/look-at-tls.ts';
import { bareHost, type ProxyServer, portOf } from '../../net/proxy.ts';
import { homeOf } from '../../projects/registries.ts';
import { type Check, type Finding, type Fix, fail, type Ground, note, ok } from '../check.ts';
import { setClock } from '../clock-line.ts';
import { type Interceptor, interceptorOf } from '../interceptors.ts';
import { caLine } from '../setting-lines.ts';

export const tls: Check = {
  name: 'tls',
  title: 'TLS',
  group: 'Network',
  after: ['connection'],
  exitCode: 4,
  run: async (ground) => {
    const { origin, shared, signal, caTrouble } = ground;
    if (caTrouble !== undefined)
      return fail(caTrouble, { says: 'Name the right file, or forget it:', copy: caLine('none', ground) });
    if (origin === undefined) return ok('There is no address.');
    if (origin.protocol === 'http:') return ok('None: the address is plain http.');
    try {
      const shown = await lookAtTls(await shared.connect('plain'), bareHost(origin), signal);
      return await judge(shown, ground, origin);
    } catch (error) {
      const { message } = interruptionOf(error, origin.host);
      if (/does not speak TLS/.test(message))
        return fail(message, {
          says: 'Use the address that the relay prints:',
          copy: `sallyport login http://${origin.host}`,
        });
      return fail(message, {
        says: 'Something on the way ends TLS. See what:',
        copy: `curl -v ${origin.origin}/v1/hello`,
      });
    }
  },
};

async function judge(shown: Shown, ground: Ground, { host }: URL): Promise<Finding> {
  const { distrust, top, issuers, isPublic } = shown;
  if (distrust === undefined && isPublic) return ok(`Issued by ${top}.`);
  const interceptor = interceptorOf(issuers);
  if (distrust === undefined) {
    const by = interceptor === undefined ? `issued by ${top}` : `intercepted by ${interceptor.name} (issuer ${top})`;
    return note(`Trusted, and ${by}. That is no public authority, but this machine trusts it.`);
  }
  if (distrust === 'CERT_HAS_EXPIRED' || distrust === 'CERT_NOT_YET_VALID') return ofAnotherTime(shown, host);
  if (shown.isForOther)
    return fail(`The certificate shown for ${host} is for another name; ${top} issued it.`, {
      says: 'Check the address. If the network has put a sign-in page there, open this in a browser and sign in:',
      copy: `https://${host}/v1/hello`,
    });
  if (interceptor !== undefined)
    return fail(
      `TLS to ${host} is intercepted by ${interceptor.name}: ${top} issued the certificate.`,
      fixWith(interceptor, ground),
    );
  if (distrust === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return fail(`The certificate of ${host} is signed by itself (${top}), and not trusted here.`, {
      says: 'Copy the certificate from the server as relay.pem, then:',
      copy: caLine('relay.pem', ground),
    });
  return fail(
    `TLS to ${host} is intercepted, or its authority is unknown here: ${top} issued the certificate.`,
    fixWith(asMayBe(await interceptorAt(ground)), ground),
  );
}

function ofAnotherTime({ distrust, validFrom, validTo }: Shown, host: string): Finding {
  const clock = `This clock says ${new Date().toUTCString()}.`;
  if (distrust === 'CERT_NOT_YET_VALID')
    return fail(`The certificate of ${host} is valid only from ${validFrom}. ${clock}`, setClock());
  return fail(`The certificate of ${host} has expired on ${validTo}. ${clock}`, {
    says: `If that is wrong, set it: ${setClock().copy}. If it is right, renew the certificate on the server:`,
    copy: 'sudo certbot renew',
  });
}

function fixWith(interceptor: Interceptor | undefined, ground: Ground): Fix {
  const { root = 'Ask your IT, or the people who run the relay, for the root certificate of that authority.', file } =
    interceptor ?? {};
  const isHere = file !== undefined && existsSync(join(homeOf(ground.env), file.replace('~/', '')));
  return {
    says: `${root} ${isHere ? 'It is on this machine:' : 'Save it as corp.pem, then:'}`,
    copy: caLine(isHere ? file : 'corp.pem', ground),
  };
}

/** A proxy that names itself may still not open TLS: the authority may be the relay's own. */
function asMayBe(proxy: Interceptor | undefined): Interceptor | undefined {
  if (proxy === undefined) return undefined;
  const { name, root } = proxy;
  return {
    ...proxy,
    root: `${root} If ${name} does not open TLS, ask the people who run the relay for its root.`,
  };
}

/** What the proxy says that it is, to a request that no proxy forwards. A gateway with its own authority is known by this alone. */
async function interceptorAt({ shared, signal, connectMs }: Ground): Promise<Interceptor | undefined> {
  const proxy = await shared.hop();
  if (proxy === undefined || proxy.url.protocol !== 'http:') return undefined;
  const names = await serverNames(proxy, AbortSignal.any([signal, AbortSignal.timeout(connectMs)]));
  return interceptorOf(names);
}

function serverNames({ url }: ProxyServer, signal: AbortSignal): Promise<readonly string[]> {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const asked = request(
    { host: bareHost(url), port: portOf(url), path: '/', agent: false, signal },
    ({ headers, socket }) => {
      resolve(
        [headers.server, headers.via, headers['x-squid-error'] && 'squid'].flat().filter((name) => name !== undefined),
      );
      socket.destroy();
    },
  );
  asked.on('error', () => resolve([]));
  asked.end();
  return promise;
}
