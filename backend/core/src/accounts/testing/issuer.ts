import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Someone with an account at the other house. */
export interface Resident {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  /** The organisation that Google hosts the mail of. */
  hd?: string;
  /** What Kakao's user API says beside it. */
  kakao?: { email_needs_agreement?: boolean; is_email_valid?: boolean; is_email_verified?: boolean };
}

/**
 * An OpenID issuer on loopback that is as strict as the standard lets it be: exact redirect address, client secret, PKCE
 * (S256 only), a code once. It has Google's claims (`email_verified`, `hd`) and Kakao's user API. Who signs in there is said by
 * the test, since there is nobody to fill in a form.
 */
export class Issuer implements AsyncDisposable {
  readonly url: string;
  readonly clientId = 'cowrite-of-a-test';
  readonly clientSecret = 'the secret of the client of a test';
  /** Who is sitting at the browser that comes to sign in; null thinks better of it. */
  resident: Resident | null = null;
  /** Changes the ID token before it is signed. */
  spoil: (claims: Record<string, unknown>) => void = () => undefined;
  /** Instead of the token endpoint's answer. */
  tokenStatus = 200;
  readonly #server: Server;
  readonly #keys: Awaited<ReturnType<typeof generateKeyPair>>;
  readonly #codes = new Map<string, { resident: Resident; nonce: string; challenge: string; redirectUri: string }>();
  readonly #tokens = new Map<string, Resident>();

  /** `host`: an address of this machine that core reaches, when it is in a container. */
  static async start(host = '127.0.0.1'): Promise<Issuer> {
    const keys = await generateKeyPair('RS256', { extractable: true });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new Issuer(server, keys);
  }

  private constructor(server: Server, keys: Awaited<ReturnType<typeof generateKeyPair>>) {
    this.#server = server;
    this.#keys = keys;
    const { address, port } = server.address() as { address: string; port: number };
    this.url = `http://${address}:${port}`;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** What a browser is sent back with, after `resident` has signed in at the address that core sent it to. */
  signIn(authorizationUrl: string, resident: Resident): string {
    const asked = new URL(authorizationUrl).searchParams;
    const [redirectUri, nonce, challenge] = [asked.get('redirect_uri')!, asked.get('nonce')!, asked.get('code_challenge')!];
    if (
      asked.get('client_id') !== this.clientId ||
      asked.get('response_type') !== 'code' ||
      asked.get('code_challenge_method') !== 'S256' ||
      !asked.get('scope')!.split(' ').includes('openid') ||
      nonce.length < 16 ||
      challenge.length !== 43
    )
      throw new Error(`the issuer refuses ${authorizationUrl}`);
    const code = randomUUID();
    this.#codes.set(code, { resident, nonce, challenge, redirectUri });
    return `?${new URLSearchParams({ code, state: asked.get('state')!, iss: this.url })}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (request.url?.split('?')[0]) {
      case '/.well-known/openid-configuration':
        return void reply(200, {
          issuer: this.url,
          authorization_endpoint: `${this.url}/authorize`,
          token_endpoint: `${this.url}/token`,
          jwks_uri: `${this.url}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/authorize': {
        const asked = new URL(request.url!, this.url);
        const query = this.resident ? this.signIn(asked.href, this.resident) : `?${new URLSearchParams({ error: 'access_denied', state: asked.searchParams.get('state')!, iss: this.url })}`;
        return void response.writeHead(302, { location: asked.searchParams.get('redirect_uri')! + query }).end();
      }
      case '/jwks':
        return void reply(200, { keys: [{ ...(await exportJWK(this.#keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] });
      case '/token': {
        const form = new URLSearchParams(await textOf(request));
        const code = this.#codes.get(form.get('code') ?? '');
        this.#codes.delete(form.get('code') ?? '');
        const isRight =
          code !== undefined &&
          form.get('grant_type') === 'authorization_code' &&
          form.get('client_id') === this.clientId &&
          form.get('client_secret') === this.clientSecret &&
          form.get('redirect_uri') === code.redirectUri &&
          createHash('sha256')
            .update(form.get('code_verifier') ?? '')
            .digest('base64url') === code.challenge;
        if (this.tokenStatus !== 200 || !isRight) return void reply(isRight ? this.tokenStatus : 400, { error: 'invalid_grant' });
        const accessToken = randomUUID();
        this.#tokens.set(accessToken, code.resident);
        const { kakao, ...told } = code.resident;
        const claims: Record<string, unknown> = { iss: this.url, aud: this.clientId, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 600, nonce: code.nonce, ...(kakao ? { sub: told.sub } : told) };
        this.spoil(claims);
        const idToken = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(this.#keys.privateKey);
        return void reply(200, { access_token: accessToken, token_type: 'bearer', expires_in: 600, id_token: idToken });
      }
      case '/v2/user/me': {
        const resident = this.#tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
        if (!resident) return void reply(401, { code: -401 });
        const { email, kakao, name } = resident;
        return void reply(200, { id: Number(resident.sub), kakao_account: { ...(email ? { email } : {}), ...kakao, profile: { nickname: name } } });
      }
      default:
        return void reply(404, {});
    }
  }
}

/** What a core is told so that it knows both houses. */
export const environmentOf = ({ google, kakao }: { google: Issuer; kakao: Issuer }): Record<string, string> => ({
  GOOGLE_CLIENT_ID: google.clientId,
  GOOGLE_CLIENT_SECRET: google.clientSecret,
  COWRITE_GOOGLE_ISSUER: google.url,
  KAKAO_CLIENT_ID: kakao.clientId,
  KAKAO_CLIENT_SECRET: kakao.clientSecret,
  COWRITE_KAKAO_ISSUER: kakao.url,
  COWRITE_KAKAO_API: kakao.url,
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
