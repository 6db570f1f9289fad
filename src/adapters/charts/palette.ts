export type Palette = {
  background: string;
  text: string;
  faint: string;
  grid: string;
  line: string;
  /** Lines beside it, in order. */
  beside: readonly string[];
  bars: string;
  band: string;
  anomaly: string;
  mark: string;
};

/** Contrast of text and line against the background is at least 4.5:1 in both; the band and the anomaly differ in lightness too, not in hue alone. */
const LIGHT: Palette = {
  background: '#ffffff',
  text: '#1d1c1d',
  faint: '#5a5960',
  grid: '#e4e4e8',
  line: '#1264a3',
  beside: ['#a1500b', '#1d7a4f', '#7a3e9d', '#5a5960'],
  bars: '#c4321f',
  band: 'rgba(70, 130, 110, 0.22)',
  anomaly: 'rgba(210, 60, 40, 0.14)',
  mark: '#8a3ffc',
};
const DARK: Palette = {
  background: '#1a1d21',
  text: '#f0f0f2',
  faint: '#a9abb3',
  grid: '#34383e',
  line: '#6cb8f0',
  beside: ['#f0b060', '#7fd6a4', '#d0a0f0', '#a9abb3'],
  bars: '#ff8a75',
  band: 'rgba(120, 200, 170, 0.22)',
  anomaly: 'rgba(255, 110, 90, 0.20)',
  mark: '#c9a6ff',
};

export const paletteOf = (darkMode: boolean): Palette => (darkMode ? DARK : LIGHT);
