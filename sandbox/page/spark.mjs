import { s } from './dom.mjs';
import { clockTime } from './slack-date.mjs';

/** Points of a series as SVG coordinates: x by time, y by value from 0 to `top`; what isn't a number lies at 0. */
function points(values, times, width, height, top) {
  const [first, last] = [times[0], times.at(-1)];
  const span = Math.max(1, last - first);
  return values.map((value, index) => [
    ((times[index] - first) / span) * width,
    height - ((Number.isFinite(value) ? Math.min(value, top) : 0) / top) * height,
  ]);
}

const line = (coordinates) =>
  coordinates.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** The stretches between gaps. */
function stretches(coordinates, values) {
  const found = [[]];
  for (const [index, coordinate] of coordinates.entries())
    if (Number.isFinite(values[index])) found.at(-1).push(coordinate);
    else if (found.at(-1).length > 0) found.push([]);
  return found.filter((stretch) => stretch.length > 1);
}

/** A small line without axes, with gaps where there is no value. Times in ms; a series of fewer than two points draws nothing. */
export function sparkline(values, times, { width = 92, height = 22, className = '' } = {}) {
  const top = Math.max(1e-9, ...values.filter(Number.isFinite)) * 1.08;
  const shape = stretches(points(values, times, width, height - 2, top), values)
    .map(line)
    .join('');
  return s(
    'svg',
    { class: `spark ${className}`, viewBox: `0 -1 ${width} ${height + 1}`, width, height, 'aria-hidden': 'true' },
    s('path', { d: shape }),
  );
}

/**
 * An area chart with its maximum written at the top, gaps where there is no value, and marks at instants ({t, kind, words}). Sizes in CSS pixels.
 * Gives { node, point }, where `point(share)` reads the value at that share of the width, or nothing for NaN.
 */
export function areaChart({ values, times, marks, format, width, height = 76, floor }) {
  const highest = Math.max(floor, ...values.filter(Number.isFinite));
  const coordinates = values.length < 2 ? [] : points(values, times, width, height, highest * 1.12);
  const drawn = stretches(coordinates, values);
  const area = (stretch) => `${line(stretch)}L${stretch.at(-1)[0]} ${height}L${stretch[0][0]} ${height}Z`;
  const y = height - height / 1.12;
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 1];
  const at = (t) => ((t - first) / Math.max(1, last - first)) * width;
  const guide = s('line', { class: 'guide', y1: 0, y2: height, hidden: true });
  const reading = s('text', { class: 'reading', y: height - 6 });
  const node = s(
    'svg',
    { class: 'area', viewBox: `0 0 ${width} ${height + 1}`, width, height: height + 1, 'aria-hidden': 'true' },
    s('rect', { class: 'ground', width, height }),
    s('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y }),
    s('line', { class: 'axis', x1: 0, x2: width, y1: height + 0.5, y2: height + 0.5 }),
    drawn.length === 0 ? null : s('path', { class: 'fill', d: drawn.map(area).join('') }),
    s('path', { class: 'line', d: drawn.map(line).join('') }),
    marks
      .filter((mark) => mark.t >= first && mark.t <= last)
      .map((mark) =>
        s(
          'g',
          { class: `mark ${mark.kind}` },
          s('line', { x1: at(mark.t), x2: at(mark.t), y1: 0, y2: height }),
          s('title', {}, mark.words),
        ),
      ),
    coordinates.length === 0 || !Number.isFinite(values.at(-1))
      ? null
      : s('circle', { class: 'tip', cx: coordinates.at(-1)[0] - 1, cy: coordinates.at(-1)[1], r: 2.5 }),
    s('text', { class: 'top', x: 2, y: Math.max(9, y - 3) }, format(highest)),
    guide,
    reading,
  );
  const point = (share) => {
    const known = share >= 0 && share <= 1 && coordinates.length > 0;
    guide.toggleAttribute('hidden', !known);
    reading.textContent = '';
    if (!known) return;
    const index = coordinates.reduce(
      (best, [x], i) => (Math.abs(x - share * width) < Math.abs(coordinates[best][0] - share * width) ? i : best),
      0,
    );
    const [x] = coordinates[index];
    guide.setAttribute('x1', x);
    guide.setAttribute('x2', x);
    reading.setAttribute('x', share > 0.5 ? x - 4 : x + 4);
    reading.setAttribute('text-anchor', share > 0.5 ? 'end' : 'start');
    reading.textContent = `${Number.isFinite(values[index]) ? format(values[index]) : 'no data'} at ${clockTime(times[index])}`;
  };
  return { node, point };
}
