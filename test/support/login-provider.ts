import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { Certificates } from './certificates.ts';

export const CLIENT = { id: 'lutra', secret: 'S3cret-of-the-client-of-a-test' };

/** Claims of an account: `preferred_username`, `groups`. */
export type Account = Readonly<Record<string, unknown>>;

/** A certified OpenID provider at `https://localhost`, whose accounts log in with any password. It tells name and groups as user info. */
export class LoginProvider implements AsyncDisposable {
  readonly issuer: string;
  /** By subject. */
  readonly accounts = new Map<string, Account>();
  private readonly server: Server;

  private constructor(server: Server, issuer: string) {
    this.server = server;
    this.issuer = issuer;
  }

  /** `publicUrl`: of the admin API that is its client. */
  static async open(certificates: Certificates, publicUrl: string): Promise<LoginProvider> {
    const server = createServer(certificates.material);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const login = new LoginProvider(server, `https://localhost:${port}`);
    server.on('request', login.provider(`${publicUrl}/api/v1/oidc/callback`).callback());
    return login;
  }

  private provider(redirectUri: string): Provider {
    return new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      pkce: { required: () => true },
      cookies: { keys: ['of a test'] },
      findAccount: (_context, subject) => ({
        accountId: subject,
        claims: async () => ({ sub: subject, ...this.accounts.get(subject) }),
      }),
      loadExistingGrant: async ({ oidc }) => {
        const { client, session, provider } = oidc;
        const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
  }

  /** Logs in as a browser would, with cookies of its own; resolves to the address that the browser is sent back to. */
  async walk(start: string, subject: string): Promise<URL> {
    const cookies = new Map<string, string>();
    const form = new URLSearchParams({ prompt: 'login', login: subject, password: 'any' });
    let url = new URL(start);
    for (let body: URLSearchParams | undefined; url.origin === this.issuer; ) {
      const answer: Response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      await answer.arrayBuffer();
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null && (answer.status !== 200 || body !== undefined))
        throw new Error(`${url} answered ${answer.status}`);
      body = location === null ? form : undefined;
      url = new URL(location ?? url, url);
    }
    return url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }
}
