import type { CoreConfig } from '../config.ts';

/** The two tokens of a sign-in in a browser. */
export interface SessionTokens {
  accessToken: string;
  accessExpiresAt: Date;
  refreshToken: string;
  refreshExpiresAt: Date;
}

/**
 * The browser's cookies: read by no script, sent to no other site. Under TLS they carry the `__Host-` prefix; on plain
 * http of this machine, where cookies are shared by all ports, the studio's port in their name keeps two installations apart.
 */
export class SessionCookies {
  readonly #access: string;
  readonly #refresh: string;
  readonly #errand: string;
  readonly #secure: boolean;

  constructor(config: Pick<CoreConfig, 'secureCookies' | 'studioUrl'>) {
    this.#secure = config.secureCookies;
    const port = new URL(config.studioUrl).port || '80';
    this.#access = this.#secure ? '__Host-cowrite-access' : `cowrite-access-${port}`;
    this.#refresh = this.#secure ? '__Host-cowrite-refresh' : `cowrite-refresh-${port}`;
    this.#errand = this.#secure ? '__Host-cowrite-errand' : `cowrite-errand-${port}`;
  }

  /** What a `Cookie` header holds of ours. */
  read(header: string | undefined): { access: string | undefined; refresh: string | undefined; errand: string | undefined } {
    const all = new Map<string, string>();
    for (const pair of (header ?? '').split(';')) {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals).trim();
      // The first of a name is the one of the longest path: ours.
      if (equals > 0 && !all.has(name)) all.set(name, pair.slice(equals + 1).trim());
    }
    return { access: all.get(this.#access), refresh: all.get(this.#refresh), errand: all.get(this.#errand) };
  }

  /** `Set-Cookie` lines that sign a browser in. */
  set(tokens: SessionTokens): string[] {
    // The access cookie outlives its token: an expired one says "refresh" where a missing one says "sign in".
    return [this.#line(this.#access, tokens.accessToken, tokens.refreshExpiresAt), this.#line(this.#refresh, tokens.refreshToken, tokens.refreshExpiresAt)];
  }

  /** The `Set-Cookie` line by which a browser is known again that was sent to another house. */
  errand(secret: string, expiresAt: Date): string {
    return this.#line(this.#errand, secret, expiresAt);
  }

  /** `Set-Cookie` lines that sign a browser out. */
  clear(): string[] {
    return [this.#line(this.#access, '', new Date(0)), this.#line(this.#refresh, '', new Date(0))];
  }

  #line(name: string, value: string, expires: Date): string {
    // Values are base64url and dots, which need no quoting.
    return `${name}=${value}; Path=/; Expires=${expires.toUTCString()}; HttpOnly; SameSite=Lax${this.#secure ? '; Secure' : ''}`;
  }
}
