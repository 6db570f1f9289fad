/** Short names that apps in this field use. Others are shown as they were written. */
const NAMES = new Map(
  Object.entries({
    '+1': '👍',
    '-1': '👎',
    thumbsup: '👍',
    thumbsdown: '👎',
    alarm_clock: '⏰',
    arrow_down: '⬇️',
    arrow_forward: '▶️',
    arrow_right: '➡️',
    arrow_up: '⬆️',
    arrows_counterclockwise: '🔄',
    ballot_box_with_check: '☑️',
    bar_chart: '📊',
    bell: '🔔',
    boom: '💥',
    bug: '🐛',
    bulb: '💡',
    chart_with_downwards_trend: '📉',
    chart_with_upwards_trend: '📈',
    clipboard: '📋',
    clock3: '🕒',
    construction: '🚧',
    crescent_moon: '🌙',
    exclamation: '❗',
    eyes: '👀',
    fire: '🔥',
    gear: '⚙️',
    hammer_and_wrench: '🛠️',
    heavy_check_mark: '✔️',
    hourglass: '⌛',
    hourglass_flowing_sand: '⏳',
    information_source: 'ℹ️',
    leftwards_arrow_with_hook: '↩️',
    link: '🔗',
    lock: '🔒',
    mag: '🔍',
    memo: '📝',
    moon: '🌔',
    no_entry: '⛔',
    octagonal_sign: '🛑',
    ok_hand: '👌',
    package: '📦',
    pager: '📟',
    pause_button: '⏸️',
    double_vertical_bar: '⏸️',
    point_right: '👉',
    pushpin: '📌',
    question: '❓',
    raised_hand: '✋',
    recycle: '♻️',
    rewind: '⏪',
    rocket: '🚀',
    rotating_light: '🚨',
    shield: '🛡️',
    sleeping: '😴',
    sos: '🆘',
    sparkles: '✨',
    stopwatch: '⏱️',
    tada: '🎉',
    timer_clock: '⏲️',
    toolbox: '🧰',
    wave: '👋',
    warning: '⚠️',
    wastebasket: '🗑️',
    white_check_mark: '✅',
    wrench: '🔧',
    x: '❌',
    zap: '⚡',
    zzz: '💤',
  }),
);

const DOT_NAMES = new Map([
  ['red_circle', 'red'],
  ['large_orange_circle', 'orange'],
  ['large_yellow_circle', 'yellow'],
  ['large_green_circle', 'green'],
  ['large_blue_circle', 'blue'],
  ['large_purple_circle', 'purple'],
  ['purple_circle', 'purple'],
  ['white_circle', 'white'],
  ['black_circle', 'black'],
]);
const DOTS = new Map([
  ['🔴', 'red'],
  ['🟠', 'orange'],
  ['🟡', 'yellow'],
  ['🟢', 'green'],
  ['🔵', 'blue'],
  ['🟣', 'purple'],
  ['⚪', 'white'],
  ['⚫', 'black'],
]);

/** What a short name stands for: a coloured dot, characters, or null. */
export function emojiNamed(name) {
  const dot = DOT_NAMES.get(name);
  if (dot !== undefined) return { type: 'dot', color: dot };
  const characters = NAMES.get(name);
  return characters === undefined ? null : { type: 'text', text: characters };
}

/** Text with its coloured circles taken out as dots, which look the same everywhere. */
export function splitDots(text) {
  return text
    .split(/(🔴|🟠|🟡|🟢|🔵|🟣|⚪|⚫)\uFE0F?/u)
    .filter((part) => part !== '')
    .map((part) => (DOTS.has(part) ? { type: 'dot', color: DOTS.get(part) } : { type: 'text', text: part }));
}
