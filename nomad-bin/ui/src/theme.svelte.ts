/** Light, dark, or as the system has it. `public/theme.js` sets the choice before the first paint. */

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'nomadTheme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

class Choice {
  now = $state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');

  turn(): void {
    this.now = NEXT[this.now];
    if (this.now === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.now;
    try {
      if (this.now === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, this.now);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
  }
}

export const theme = new Choice();
