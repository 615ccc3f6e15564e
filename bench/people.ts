import { randomBytes } from 'node:crypto';

/** Someone with an account and a personal token, acting over core's HTTP surface as a program would. */
export class Person {
  readonly coreUrl: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly userId: string;
  readonly token: string;

  private constructor(fields: { coreUrl: string; name: string; email: string; password: string; userId: string; token: string }) {
    this.coreUrl = fields.coreUrl;
    this.name = fields.name;
    this.email = fields.email;
    this.password = fields.password;
    this.userId = fields.userId;
    this.token = fields.token;
  }

  static async register(coreUrl: string, name: string): Promise<Person> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    const password = `봄봄-${randomBytes(8).toString('hex')}`;
    const registered = await request(coreUrl, 'POST', '/auth/register', { email, password, name }, {});
    const cookie = registered.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const { user } = (await registered.json()) as { user: { id: string } };
    const token = await request(coreUrl, 'POST', '/auth/tokens', { name: '시험', scopes: ['*'], expiresInDays: 2 }, { cookie });
    const issued = (await token.json()) as { token: string };
    return new Person({ coreUrl, name, email, password, userId: user.id, token: issued.token });
  }

  /** @throws Error with the answer's text when the status is not 2xx. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await request(this.coreUrl, method, path, body, { authorization: `Bearer ${this.token}` });
    const text = await response.text();
    return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T;
  }

  async project(title: string): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/projects', { title })).id;
  }

  async scene(projectId: string, title: string): Promise<{ nodeId: string; documentId: string }> {
    const node = await this.call<{ id: string; documentId: string }>('POST', `/projects/${projectId}/outline`, { kind: 'scene', title });
    return { nodeId: node.id, documentId: node.documentId };
  }

  async projectTicket(projectId: string): Promise<string> {
    return (await this.call<{ ticket: string }>('POST', `/projects/${projectId}/tickets`, {})).ticket;
  }

  async documentTicket(projectId: string, documentId: string): Promise<string> {
    return (await this.call<{ ticket: string }>('POST', `/projects/${projectId}/documents/${documentId}/tickets`, {})).ticket;
  }

  text(projectId: string, documentId: string): Promise<string> {
    return this.call<string>('GET', `/projects/${projectId}/documents/${documentId}/text`);
  }

  /** Brings another person into a project. */
  async invite(projectId: string, other: Person, role: string): Promise<void> {
    const { code } = await this.call<{ code: string }>('POST', `/projects/${projectId}/invitations`, { role });
    await other.call('POST', `/invitations/${code}/accept`);
  }
}

async function request(coreUrl: string, method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(coreUrl + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
