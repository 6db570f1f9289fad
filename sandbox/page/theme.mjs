import { h, refill } from './dom.mjs';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const SIGNS = { auto: '◐', light: '☀', dark: '☾' };
const WORDS = { auto: 'as the system', light: 'light', dark: 'dark' };

/** A button that goes through the colour schemes: as the system, light, dark. Remembered in this browser. */
export function startTheme(button) {
  let theme = localStorage.getItem('nightshift-theme') ?? 'auto';
  const show = () => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.setAttribute('aria-label', `Colours: ${WORDS[theme]}. Change.`);
    button.title = `Colours: ${WORDS[theme]}`;
    refill(button, h('span', { 'aria-hidden': 'true' }, SIGNS[theme]));
  };
  button.addEventListener('click', () => {
    theme = NEXT[theme] ?? 'auto';
    localStorage.setItem('nightshift-theme', theme);
    show();
  });
  show();
}
