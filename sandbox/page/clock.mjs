import { send } from './api.mjs';
import { h, refill, setText } from './dom.mjs';
import { clockTime } from './slack-date.mjs';

const SPEEDS = [0, 1, 10, 30, 60];

/** The sandbox's clock, running between the server's reports, and the buttons for its speed. */
export function createClock(host) {
  let anchor = { sandbox: Date.now(), real: performance.now(), speed: 0 };
  const now = () => anchor.sandbox + (performance.now() - anchor.real) * anchor.speed;
  const time = h('span', { class: 'clock-time' });
  const buttons = SPEEDS.map((speed) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': 'false',
        'aria-label': speed === 0 ? 'Pause the clock' : `${speed} times real time`,
        onclick: () => send('/sandbox/clock', { speed }),
      },
      speed === 0 ? '❚❚' : `${speed}×`,
    ),
  );
  const step = h(
    'button',
    {
      type: 'button',
      'aria-label': 'Step one minute ahead',
      title: 'One minute ahead',
      onclick: () => send('/sandbox/clock', { step_ms: 60_000 }),
    },
    '+1m',
  );
  refill(
    host,
    time,
    h('div', { class: 'speeds', role: 'group', 'aria-label': 'Speed of the sandbox clock' }, buttons, step),
  );
  setInterval(() => setText(time, clockTime(now(), true)), 200);
  return {
    now,
    set(sandbox, speed) {
      // Small differences come from the network; jumping back for them would look like a stutter.
      const drift = Math.abs(sandbox - now());
      if (speed !== anchor.speed || drift > 1500 * Math.max(1, speed))
        anchor = { sandbox, real: performance.now(), speed };
      SPEEDS.forEach((each, index) => {
        buttons[index].setAttribute('aria-pressed', String(each === speed));
      });
    },
  };
}
