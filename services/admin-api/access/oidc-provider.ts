import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { type Claims, claimAt } from './oidc-claims.ts';
import { loginFailure, providerFailure } from './oidc-refusals.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** What the browser brings back sealed, so that only the log-in that it began here can be finished by it. */
export type PendingLogin = { readonly state: string; readonly nonce: string; readonly codeVerifier: string };

/** Who entered at the provider, with what it says of them. */
export type ProviderLogin = { readonly issuer: string; readonly subject: string; readonly claims: Claims };

const ANSWER_LIMIT_S = 5;
/** By so much the clocks of the provider and this process may differ. */
const CLOCKS_DIFFER_S = 30;
/** Addresses and abilities of the provider are asked for again after this. */
const KNOWN_FOR_MS = 3_600_000;

/** The log-in provider, by authorization code with PKCE. It is asked when somebody logs in, and at no other time. */
export class OidcProvider {
  readonly settings: OidcSettings;
  private known: { readonly configuration: Promise<Configuration>; readonly at: number } | undefined;

  constructor(settings: OidcSettings) {
    this.settings = settings;
  }

  /** Where the browser goes to log in, and what it has to bring back. Errors: OIDC_UNREACHABLE. */
  async begin(): Promise<{ readonly url: URL; readonly pending: PendingLogin }> {
    const configuration = await this.configuration();
    const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.callback,
      scope: this.settings.scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /** Exchanges the answer in `search`, the query of the address the provider sent the browser to. Errors: OIDC_UNREACHABLE, OIDC_LOGIN_FAILED, OIDC_CLIENT_REFUSED. */
  async finish(search: string, { state, nonce, codeVerifier }: PendingLogin): Promise<ProviderLogin> {
    const configuration = await this.configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, new URL(`${this.callback}${search}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
      });
      const own = tokens.claims();
      if (own === undefined) throw new Error('the answer holds no ID token');
      const more = this.isEnough(own) ? {} : await this.userInfo(configuration, tokens.access_token, own.sub);
      return { issuer: own.iss, subject: own.sub, claims: { ...more, ...own } };
    } catch (error) {
      throw loginFailure(this.settings, error);
    }
  }

  private get callback(): string {
    return `${this.settings.publicUrl}/api/v1/oidc/callback`;
  }

  private isEnough(claims: Claims): boolean {
    const { nameClaim, rolesClaim } = this.settings;
    return [nameClaim, rolesClaim].every((path) => claimAt(claims, path) !== undefined);
  }

  /** Many providers tell name and groups there only. */
  private async userInfo(configuration: Configuration, accessToken: string, subject: string): Promise<Claims> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return fetchUserInfo(configuration, accessToken, subject);
  }

  private async configuration(): Promise<Configuration> {
    if (this.known === undefined || performance.now() - this.known.at > KNOWN_FOR_MS)
      this.known = { configuration: this.discover(), at: performance.now() };
    try {
      return await this.known.configuration;
    } catch (error) {
      this.known = undefined;
      throw providerFailure(this.settings, error);
    }
  }

  private discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const proof = clientSecret === undefined ? None() : secretProof(clientSecret);
    return discovery(new URL(issuer), clientId, { [clockTolerance]: CLOCKS_DIFFER_S }, proof, {
      timeout: ANSWER_LIMIT_S,
    });
  }
}

/** As the provider takes it; one that says nothing takes the header. */
function secretProof(secret: string): ClientAuth {
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const proof = methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
    proof(server, ...request);
  };
}
