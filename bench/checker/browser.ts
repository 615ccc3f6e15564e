import { Person } from '../people.ts';

/** Someone who is signed in as a browser is: by cookies, with a refresh when the access token is over. */
export class Browser {
  /** The same account by a personal token, for what it does beside the browser. */
  readonly person: Person;
  #cookies = new Map<string, string>();
  refreshes = 0;

  static async register(coreUrl: string, name: string): Promise<Browser> {
    const browser = new Browser(await Person.register(coreUrl, name));
    await browser.signIn();
    return browser;
  }

  private constructor(person: Person) {
    this.person = person;
  }

  async signIn(): Promise<void> {
    this.#cookies = new Map();
    const { email, password } = this.person;
    await this.#ask('POST', '/auth/login', { email, password });
  }

  /** Ends this browser's sign-in from another place. */
  async endSignIn(): Promise<void> {
    const { items } = (await (await this.#ask('GET', '/auth/sign-ins')).json()) as { items: { id: string; current: boolean }[] };
    await this.#ask('DELETE', `/auth/sign-ins/${items.find(({ current }) => current)!.id}`);
  }

  /** @throws Error when the sign-in is over and no refresh brings it back. */
  async ticket(projectId: string): Promise<string> {
    const path = `/projects/${projectId}/tickets`;
    const response = await this.#ask('POST', path, {}).catch(async () => {
      await this.#ask('POST', '/auth/refresh');
      this.refreshes += 1;
      return this.#ask('POST', path, {});
    });
    return ((await response.json()) as { ticket: string }).ticket;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.person.coreUrl + path, {
      method,
      headers: { cookie, 'x-requested-with': 'checker', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';', 1)[0]!.split('=', 2) as [string, string];
      this.#cookies.set(name, value);
    }
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
