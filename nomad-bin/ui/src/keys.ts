/** Keys that work on every page: `/` goes to the search box, `j` and `k` walk the rows. */

/** Listens; returns how to stop. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (act(event.key)) event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
}

function act(key: string): boolean {
  switch (key) {
    case '/':
      return focus(document.querySelector<HTMLElement>('input[type="search"]'));
    case 'j':
      return step(1);
    case 'k':
      return step(-1);
    default:
      return false;
  }
}

function step(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('a.row')];
  const here = rows.indexOf(document.activeElement as HTMLElement);
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  return focus(rows[next] ?? null);
}

function focus(element: HTMLElement | null): boolean {
  element?.focus();
  element?.scrollIntoView({ block: 'nearest' });
  return element !== null;
}
