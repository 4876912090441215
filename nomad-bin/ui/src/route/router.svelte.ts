/** The address bar as state. Links are ordinary links; a click on one inside the app changes the state instead of the page. */
import { tick } from 'svelte';
import { BASE, match, type Route } from './routes';

class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);
  readonly route: Route = $derived(match(this.#path));
  readonly query: URLSearchParams = $derived(new URLSearchParams(this.#search));

  /** Puts query parameters in the address without a step in the history (typing in a search box). */
  setQuery(changes: Record<string, string>): void {
    const query = new URLSearchParams(this.#search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    history.replaceState(history.state, '', text ? `${this.#path}?${text}` : this.#path);
    this.#read();
  }

  /** Listens to the browser; returns how to stop. */
  listen(): () => void {
    const back = () => this.#read();
    const click = (event: MouseEvent) => this.#click(event);
    window.addEventListener('popstate', back);
    document.addEventListener('click', click);
    return () => {
      window.removeEventListener('popstate', back);
      document.removeEventListener('click', click);
    };
  }

  #read(): void {
    this.#path = location.pathname;
    this.#search = location.search;
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    if (link.href !== location.href) history.pushState(null, '', link.href);
    this.#read();
    void arrive();
  }
}

/** A new page begins at its top, and a screen reader at its title. */
async function arrive(): Promise<void> {
  await tick();
  window.scrollTo(0, 0);
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
}

export const router = new Router();
