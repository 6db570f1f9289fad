export type NodePaint = { fill: string; stroke: string; text: string };
export type GraphPalette = {
  background: string;
  text: string;
  faint: string;
  edge: string;
  /** Between two that are abnormal. */
  hot: string;
  cause: NodePaint;
  abnormal: NodePaint;
  changed: NodePaint;
  normal: NodePaint;
};

/** Text on each fill has a contrast of at least 4.5:1; the cause differs from all others in lightness. */
const LIGHT: GraphPalette = {
  background: '#ffffff',
  text: '#1d1c1d',
  faint: '#5a5960',
  edge: '#9a9aa2',
  hot: '#b3261e',
  cause: { fill: '#a3211a', stroke: '#6d0f0a', text: '#ffffff' },
  abnormal: { fill: '#fde8e5', stroke: '#b3261e', text: '#5c130e' },
  changed: { fill: '#fff2d6', stroke: '#8a5a00', text: '#5a3b00' },
  normal: { fill: '#f3f3f5', stroke: '#c4c4cc', text: '#62616a' },
};
const DARK: GraphPalette = {
  background: '#1a1d21',
  text: '#f0f0f2',
  faint: '#a9abb3',
  edge: '#6d7078',
  hot: '#ff8a7a',
  cause: { fill: '#ff9d8f', stroke: '#ffd9d3', text: '#3a0703' },
  abnormal: { fill: '#4a1f1b', stroke: '#ff8a7a', text: '#ffe3df' },
  changed: { fill: '#453411', stroke: '#e0b04a', text: '#ffecc4' },
  normal: { fill: '#26292e', stroke: '#4a4e55', text: '#a9abb3' },
};

export const graphPaletteOf = (darkMode: boolean): GraphPalette => (darkMode ? DARK : LIGHT);
