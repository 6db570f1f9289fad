import { send } from './api.mjs';
import { menuButton } from './dialogs.mjs';
import { byId, h, refill, setText } from './dom.mjs';
import { agoWords } from './slack-date.mjs';

/** Kinds of faults that are offered without asking for more. */
const SHOWN_AT_ONCE = 7;

/** The buttons that break things, and what is broken now with the truth about it. */
export function createBreaking() {
  const kinds = h('div', { class: 'kinds' });
  const active = h('ul', { class: 'faults', 'aria-label': 'Faults now' });
  refill(byId('breaking'), h('div', { class: 'shop-head' }, h('h2', {}, 'Break something')), kinds, active);
  let kindsBefore = '';
  let faultsBefore = '';

  return {
    show({ faults, faultKinds, now }) {
      const kindsKey = JSON.stringify(faultKinds);
      if (kindsKey !== kindsBefore) drawKinds(kinds, faultKinds);
      kindsBefore = kindsKey;
      const faultsKey = JSON.stringify(faults);
      if (faultsKey !== faultsBefore)
        refill(
          active,
          faults.map((fault) => faultItem(fault, faultKinds)),
        );
      faultsBefore = faultsKey;
      for (const since of active.querySelectorAll('[data-since]'))
        setText(since, agoWords(Number(since.dataset.since), now));
    },
  };
}

/** The first kinds, and the others behind a button. */
function drawKinds(host, faultKinds) {
  const rest = h('div', { class: 'later', hidden: true }, faultKinds.slice(SHOWN_AT_ONCE).map(kindButton));
  const more = h(
    'button',
    { type: 'button', class: 'link', 'aria-expanded': 'false' },
    `${faultKinds.length - SHOWN_AT_ONCE} more…`,
  );
  more.addEventListener('click', () => {
    rest.hidden = false;
    more.remove();
    rest.querySelector('button')?.focus();
  });
  refill(
    host,
    faultKinds.slice(0, SHOWN_AT_ONCE).map(kindButton),
    rest,
    faultKinds.length > SHOWN_AT_ONCE ? more : null,
  );
}

const breakIt = (kind, service) => send('/sandbox/faults', service === undefined ? { kind } : { kind, service });

function kindButton(kind) {
  if (kind.services.length < 2) {
    const button = h(
      'button',
      { type: 'button', class: 'kind', title: kind.description, 'data-kind': kind.kind },
      kind.title,
    );
    button.addEventListener('click', () => breakIt(kind.kind, kind.services[0]));
    return button;
  }
  const options = kind.services.map((service) => ({ value: service, text: service }));
  const menu = menuButton({
    label: kind.title,
    wide: true,
    text: [kind.title, h('span', { class: 'caret', 'aria-hidden': 'true' }, '▾')],
    groups: [{ title: `${kind.description}. Where?`, options }],
    key: `kind/${kind.kind}`,
    onchoose: (service) => breakIt(kind.kind, service),
  });
  menu.button.className = 'kind';
  menu.button.title = kind.description;
  menu.button.dataset.kind = kind.kind;
  return menu.node;
}

function faultItem(fault, kinds) {
  const title = kinds.find((kind) => kind.kind === fault.kind)?.title ?? fault.kind;
  const truth = (name, words) => (words.length === 0 ? null : [h('dt', {}, name), h('dd', {}, words)]);
  return h(
    'li',
    { class: 'fault' },
    h(
      'div',
      { class: 'fault-head' },
      h('strong', {}, `${title} in ${fault.service || 'the cluster'}`),
      h('span', { 'data-since': fault.since }),
    ),
    h(
      'details',
      {},
      h('summary', {}, 'What is really wrong'),
      h(
        'dl',
        {},
        truth('Cause', fault.truth.cause),
        truth('What heals it', fault.truth.remedies.join(', ')),
        truth('What makes it worse', fault.truth.harmful.join(', ')),
      ),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'ghost',
        'aria-label': `Mend ${title} in ${fault.service}`,
        onclick: () => send(`/sandbox/faults/${encodeURIComponent(fault.id)}`, undefined, 'DELETE'),
      },
      'Mend',
    ),
  );
}
