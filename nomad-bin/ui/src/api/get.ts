/**
 * One GET of the public HTTP API: an answer with its index, or a `Refused`, or the network's own error.
 */

/** What a read answered. `index` is 0 where the endpoint has none. */
export interface Answer<T> {
  data: T;
  index: number;
}

/** The agent answered, but not with what was asked. `message` is its text. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refused';
  }

  /** Nothing of that name is there (yet, or any more). */
  get missing(): boolean {
    return this.status === 404;
  }

  /** The cluster cannot answer now, and will: a proxy without its agent, or servers without a leader. */
  get passing(): boolean {
    return (this.status >= 502 && this.status <= 504) || this.status === 429 || this.message.includes('leader');
  }
}

export async function get<T>(url: string, signal?: AbortSignal): Promise<Answer<T>> {
  const response = await fetch(url, { signal, headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Refused(response.status, (await response.text()) || response.statusText);
  return {
    data: (await response.json()) as T,
    index: Number(response.headers.get('X-Nomad-Index') ?? 0),
  };
}

/** `/v1/...` with query parameters; those without a value are left out. */
export function url(path: string, params: Record<string, string | number | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
