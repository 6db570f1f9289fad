import { askConfirm, menuButton } from './dialogs.mjs';
import { h, imageUrl, safeUrl } from './dom.mjs';
import { renderPlain, renderText } from './text.mjs';

/**
 * An interactive element. `place` is { blockId, act } where `act(element, raw)` sends it and resolves when the app answered;
 * in a modal `place.keep(element, raw)` remembers input values instead.
 */
export function renderElement(element, place, ctx) {
  const make = ELEMENTS[element.type] ?? inputElement;
  return make(element, place, ctx);
}

/** Runs an action once: asks first when the element says so, and shows that it is on its way. */
async function run(node, element, raw, place, ctx) {
  if (node.getAttribute('aria-busy') === 'true') return;
  if (element.confirm !== undefined && !(await askConfirm(element.confirm, ctx))) return;
  node.setAttribute('aria-busy', 'true');
  try {
    await place.act(element, raw);
  } finally {
    node.removeAttribute('aria-busy');
  }
}

const keyOf = (element, place) => `${place.blockId}/${element.action_id}`;

function button(element, place, ctx) {
  const style = element.style === 'primary' ? ' primary' : element.style === 'danger' ? ' danger' : '';
  const node = h(
    'button',
    {
      type: 'button',
      class: `bk-button${style}`,
      'aria-label': element.accessibility_label,
      'data-key': keyOf(element, place),
      'data-action': element.action_id,
    },
    renderPlain(element.text.text),
  );
  node.addEventListener('click', () => {
    const url = safeUrl(element.url);
    if (url !== null) window.open(url, '_blank', 'noopener,noreferrer');
    run(node, element, element.value, place, ctx);
  });
  return node;
}

const plainOption = (option) => ({
  value: option.value ?? option.url ?? '',
  text: renderPlain(option.text.text),
  description: option.description ? renderPlain(option.description.text) : null,
});

function overflow(element, place, ctx) {
  const menu = menuButton({
    label: 'More actions',
    text: '⋯',
    key: keyOf(element, place),
    groups: [{ options: element.options.map(plainOption) }],
    onchoose: (value) => {
      const url = safeUrl(element.options.find((option) => (option.value ?? option.url) === value)?.url);
      if (url !== null) window.open(url, '_blank', 'noopener,noreferrer');
      run(menu.button, element, value, place, ctx);
    },
  });
  menu.button.dataset.action = element.action_id;
  return menu.node;
}

function select(element, place, ctx) {
  if (place.keep !== undefined) return nativeSelect(element, place);
  const groups = element.option_groups?.map((group) => ({
    title: group.label.text,
    options: group.options.map(plainOption),
  })) ?? [{ options: (element.options ?? peopleOptions(element, ctx)).map(plainOption) }];
  const label = element.initial_option?.text.text ?? element.placeholder?.text ?? 'Choose';
  const menu = menuButton({
    label,
    wide: true,
    text: [renderPlain(label), h('span', { class: 'caret', 'aria-hidden': 'true' }, '▾')],
    key: keyOf(element, place),
    groups,
    onchoose: (value) => run(menu.button, element, value, place, ctx),
  });
  menu.button.dataset.action = element.action_id;
  return menu.node;
}

function peopleOptions(element, ctx) {
  if (element.type !== 'users_select') return [];
  return [...ctx.people.values()]
    .filter((person) => !person.isBot)
    .map((person) => ({ value: person.id, text: { text: person.realName } }));
}

function nativeSelect(element, place) {
  const options = (list) =>
    list.map((option) =>
      h('option', { value: option.value, selected: option.value === element.initial_option?.value }, option.text.text),
    );
  const groups = element.option_groups?.map((group) =>
    h('optgroup', { label: group.label.text }, options(group.options)),
  );
  return h(
    'select',
    { 'data-key': keyOf(element, place), onchange: (event) => place.keep(element, event.target.value || null) },
    h('option', { value: '' }, element.placeholder?.text ?? 'Choose'),
    groups ?? options(element.options ?? []),
  );
}

/** Checkboxes and radio buttons. */
function choices(element, place, ctx) {
  const many = element.type === 'checkboxes';
  const first = (many ? (element.initial_options ?? []) : [element.initial_option]).flatMap(
    (option) => option?.value ?? [],
  );
  const group = h('div', { class: 'choices', role: many ? 'group' : 'radiogroup' });
  const changed = () => {
    const values = [...group.querySelectorAll('input:checked')].map((input) => input.value);
    const raw = many ? values : (values[0] ?? null);
    if (place.keep !== undefined) place.keep(element, raw);
    else run(group, element, raw, place, ctx);
  };
  group.append(
    ...element.options.map((option) =>
      h(
        'label',
        {},
        h('input', {
          type: many ? 'checkbox' : 'radio',
          name: keyOf(element, place),
          value: option.value,
          checked: first.includes(option.value),
          onchange: changed,
        }),
        h(
          'span',
          {},
          renderText(option.text, ctx),
          option.description ? h('small', {}, renderText(option.description, ctx)) : null,
        ),
      ),
    ),
  );
  return group;
}

const INPUT_TYPES = {
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
};

/** Everything that is typed. In a message, leaving the field sends it; in a modal it waits for the submit button. */
function inputElement(element, place, ctx) {
  const long = element.multiline === true || element.type === 'rich_text_input';
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? '';
  const type = INPUT_TYPES[element.type];
  const node = h(long ? 'textarea' : 'input', {
    type: long ? null : (type ?? 'text'),
    rows: long ? 4 : null,
    step: element.is_decimal_allowed ? 'any' : null,
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    'data-key': keyOf(element, place),
  });
  node.value = typeof initial === 'string' ? initial : '';
  const raw = () =>
    type === 'datetime-local' ? Math.floor(new Date(node.value).getTime() / 1000) : node.value || null;
  node.addEventListener(place.keep === undefined ? 'change' : 'input', () =>
    place.keep === undefined ? run(node, element, raw(), place, ctx) : place.keep(element, raw()),
  );
  return node;
}

function feedback(element, place, ctx) {
  const one = (side, sign) => {
    const node = h(
      'button',
      {
        type: 'button',
        class: 'bk-button',
        'data-key': `${keyOf(element, place)}/${side.value}`,
        'aria-label': side.accessibility_label,
      },
      `${sign} `,
      renderPlain(side.text.text),
    );
    node.addEventListener('click', () => run(node, element, side.value, place, ctx));
    return node;
  };
  return h('span', { class: 'feedback' }, one(element.positive_button, '👍'), one(element.negative_button, '👎'));
}

const ELEMENTS = {
  button,
  workflow_button: button,
  icon_button: button,
  feedback_buttons: feedback,
  overflow,
  static_select: select,
  external_select: select,
  users_select: select,
  checkboxes: choices,
  radio_buttons: choices,
  image: (element) => renderImage(element, 'bk-image'),
};

/** An image by address or by the sandbox's own file. */
export function renderImage(element, className) {
  const src = element.slack_file?.id
    ? `/sandbox/files/${encodeURIComponent(element.slack_file.id)}`
    : imageUrl(element.image_url ?? element.slack_file?.url);
  if (src === null) return h('span', { class: 'missing' }, element.alt_text);
  return h('img', { class: className, src, alt: element.alt_text, loading: 'lazy', referrerpolicy: 'no-referrer' });
}
