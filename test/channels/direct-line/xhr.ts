import { WebSocket } from 'ws';

/** What DirectLineJS needs of a browser and Node lacks: XMLHttpRequest, here over fetch, and WebSocket. */
class FetchRequest {
  readyState = 0;
  status = 0;
  timeout = 0;
  responseType = '';
  response: unknown = null;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | undefined;
  onerror: ((event: unknown) => void) | undefined;
  ontimeout: ((event: unknown) => void) | undefined;
  private method = '';
  private url = '';
  private readonly headers: Record<string, string> = {};
  private answered: Headers | undefined;
  private readonly controller = new AbortController();

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(name: string): string | null {
    return this.answered?.get(name) ?? null;
  }

  abort(): void {
    this.controller.abort();
  }

  send(body?: unknown): void {
    const timer = this.timeout > 0 ? setTimeout(() => this.ontimeout?.(new Error('timeout')), this.timeout) : undefined;
    const init = {
      method: this.method,
      headers: this.headers,
      signal: this.controller.signal,
      ...(body !== undefined && { body: body as NonNullable<RequestInit['body']> }),
    };
    fetch(this.url, init)
      .then(async (response) => {
        this.answered = response.headers;
        this.status = response.status;
        const bytes = await response.arrayBuffer();
        this.responseText = Buffer.from(bytes).toString();
        this.response = this.responseType === 'arraybuffer' ? bytes : this.responseText && JSON.parse(this.responseText);
        this.readyState = 4;
        this.onreadystatechange?.();
      })
      .catch((error: unknown) => this.onerror?.(error))
      .finally(() => clearTimeout(timer));
  }
}

/** Puts both where DirectLineJS looks for them. Call before it is loaded. */
export function provideBrowser(): void {
  Object.assign(globalThis, { XMLHttpRequest: FetchRequest, WebSocket });
}
