/** Paths of the pages, both ways: from an address to a page, and from a thing to its address. */

/** Where the app is mounted. */
export const BASE = '/ui';

export type Route =
  | { page: 'jobs' }
  | { page: 'job'; id: string; namespace: string }
  | { page: 'allocation'; id: string }
  | { page: 'missing' };

/** The page that an address names. */
export function match(pathname: string): Route {
  const rest = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const parts = rest.split('/').filter((part) => part !== '');
  const [family, name] = parts;
  if (parts.length === 0) return { page: 'jobs' };
  if (family === 'jobs' && parts.length === 1) return { page: 'jobs' };
  if (family === 'jobs' && parts.length === 2 && name) return jobNamed(name);
  if (family === 'allocations' && parts.length === 2 && name) return named(name, (id) => ({ page: 'allocation', id }));
  return { page: 'missing' };
}

/** `id@namespace`; the namespace may be left out. Both parts are escaped, so the last `@` divides. */
function jobNamed(name: string): Route {
  const at = name.lastIndexOf('@');
  const [id, namespace] = at < 0 ? [name, 'default'] : [name.slice(0, at), name.slice(at + 1)];
  return named(id, (id) => named(namespace, (namespace) => ({ page: 'job', id, namespace })));
}

function named(escaped: string, route: (text: string) => Route): Route {
  try {
    const text = decodeURIComponent(escaped);
    return text === '' ? { page: 'missing' } : route(text);
  } catch {
    return { page: 'missing' };
  }
}

export const toJobs = () => `${BASE}/jobs`;

export const toJob = (id: string, namespace = 'default') =>
  `${BASE}/jobs/${encodeURIComponent(id)}@${encodeURIComponent(namespace)}`;

export const toAllocation = (id: string) => `${BASE}/allocations/${encodeURIComponent(id)}`;
