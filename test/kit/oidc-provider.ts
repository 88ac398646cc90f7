/** A real OpenID Connect provider (`oidc-provider`) on a free port, whose sign-in page lets in whoever is named to `account` and asks nothing. */
import { createServer, type ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import { freePort } from './free-port.ts';

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in at the next visit: the subject, and what else the provider says of them. */
  account: { readonly sub: string; readonly name?: string; readonly email?: string };
  /** What somebody between makes of the provider's answer at a path: the text as it is sent on, or what it sends for ever. */
  meddle: (path: string, text: string) => string | { readonly endless: string };
  /** Bytes that have left for whoever reads what is sent for ever. */
  sentBytes: number;
  /** What a browser does that is sent to the provider: follows it until it comes back; resolves to the query that it comes back with. */
  visit(url: string): Promise<string>;
}

/** Starts a provider that sends browsers back to `redirectUri`. */
export async function openOidcProvider(redirectUri: string): Promise<TestProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const [clientId, clientSecret] = ['sallyport', 'a-secret-of-this-test'];
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['of-this-test'] },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...test.account, sub }) }),
    loadExistingGrant: async (ctx) => {
      const { client, session, params } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      });
      grant.addOIDCScope(String(params?.scope));
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  const server = createServer(async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      meddleWith(response, request.url ?? '', test);
      return callback(request, response);
    }
    await provider.interactionFinished(request, response, { login: { accountId: test.account.sub } });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const test: TestProvider = {
    issuer,
    clientId,
    clientSecret,
    account: { sub: 'nobody' },
    meddle: (_, text) => text,
    sentBytes: 0,
    visit: async (url) => {
      const cookies = new Map<string, string>();
      for (let at = url; ; ) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
        for (const set of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          cookies.set(name, value);
        }
        const to = answer.headers.get('location');
        if (to === null) throw new Error(`the provider answers ${answer.status}: ${await answer.text()}`);
        if (to.startsWith(redirectUri)) return new URL(to).search;
        at = new URL(to, at).href;
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return test;
}

/** Puts what `meddle` makes of it in place of an answer's text. */
function meddleWith(response: ServerResponse, path: string, test: TestProvider): void {
  const end = response.end.bind(response) as (text?: unknown) => ServerResponse;
  response.end = ((text?: unknown) => {
    if (typeof text !== 'string' && !Buffer.isBuffer(text)) return end(text);
    const sent = test.meddle(path, text.toString());
    response.removeHeader('content-length');
    if (typeof sent === 'string') return end(sent);
    response.on('error', () => {});
    const more = (error?: Error | null) => {
      if (error || response.destroyed) return;
      test.sentBytes += sent.endless.length;
      response.write(sent.endless, more);
    };
    more();
    return response;
  }) as typeof response.end;
}
