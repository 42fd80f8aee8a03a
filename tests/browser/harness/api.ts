/** The console's API, as far as tests prepare with it. What a test is about happens in the page. */
export class Api {
  private token = "";

  constructor(readonly url: string) {}

  async signIn(who: { email: string; password: string }): Promise<void> {
    const { email, password } = who;
    this.token = (await this.post<{ access_token: string }>("/api/auth/login", { email, password })).access_token;
  }

  get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call("POST", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.call("PATCH", path, body);
  }

  delete(path: string): Promise<void> {
    return this.call("DELETE", path);
  }

  /** Sends JSON, gives back JSON; any answer but a 2xx ends the test. */
  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = this.token ? { authorization: `Bearer ${this.token}` } : {};
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
