import { byId, h, refill } from './dom.mjs';
import { renderPlain, renderText } from './text.mjs';

/** Shows a short notice for a few seconds, also to screen readers. */
export function toast(words, kind = 'bad') {
  const note = h('div', { class: `toast ${kind}` }, words);
  byId('toasts').append(note);
  setTimeout(() => note.remove(), 6000);
}

/** Asks as Slack's confirm object says; true when confirmed. */
export function askConfirm(confirm, ctx) {
  return new Promise((resolve) => {
    const style = confirm.style === 'danger' ? 'danger' : 'primary';
    const dialog = h(
      'dialog',
      { class: 'confirm', 'aria-labelledby': 'confirm-title' },
      h('h2', { id: 'confirm-title' }, renderPlain(confirm.title?.text ?? 'Are you sure?')),
      h('div', { class: 'confirm-text' }, renderText(confirm.text, ctx)),
      h(
        'div',
        { class: 'dialog-end' },
        h(
          'button',
          { type: 'button', class: 'ghost', onclick: () => dialog.close('no') },
          renderPlain(confirm.deny?.text ?? 'Cancel'),
        ),
        h(
          'button',
          { type: 'button', class: style, autofocus: true, onclick: () => dialog.close('yes') },
          renderPlain(confirm.confirm?.text ?? 'Yes'),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A button that opens a list of choices; arrow keys, Home, End and Escape work as in a menu. Nothing is chosen by moving alone. */
export function menuButton({ label, text, groups, onchoose, key, wide = false }) {
  const list = h('div', { class: 'menu', role: 'menu', 'aria-label': label, hidden: true });
  const button = h(
    'button',
    {
      type: 'button',
      class: wide ? 'bk-button select' : 'bk-button more',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': wide ? null : label,
      'data-key': key,
    },
    text,
  );
  const items = () => [...list.querySelectorAll('[role=menuitem]')];
  const close = (refocus) => {
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (refocus) button.focus();
  };
  const outside = (event) => {
    if (!wrap.contains(event.target)) close(false);
  };
  const open = () => {
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    const room = window.innerHeight - button.getBoundingClientRect().bottom;
    list.classList.toggle('up', room < list.offsetHeight + 16);
    list.classList.toggle('left', button.getBoundingClientRect().left + list.offsetWidth > window.innerWidth - 8);
    items()[0]?.focus();
  };
  refill(
    list,
    groups.map(({ title, options }) => [
      title ? h('div', { class: 'menu-title', role: 'presentation' }, title) : null,
      options.map((option) =>
        h(
          'button',
          {
            type: 'button',
            role: 'menuitem',
            tabindex: -1,
            onclick: () => {
              close(true);
              onchoose(option.value);
            },
          },
          option.text,
          option.description ? h('small', {}, option.description) : null,
        ),
      ),
    ]),
  );
  button.addEventListener('click', () => (list.hidden ? open() : close(true)));
  const wrap = h(
    'span',
    { class: 'menu-wrap', onkeydown: (event) => onKey(event, items(), close, list) },
    button,
    list,
  );
  wrap.addEventListener('focusout', (event) => {
    if (!list.hidden && event.relatedTarget !== null && !wrap.contains(event.relatedTarget)) close(false);
  });
  return { node: wrap, button };
}

function onKey(event, items, close, list) {
  if (list.hidden) return;
  const at = items.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Escape') close(true);
  else if (target === undefined) return;
  else items[target % items.length]?.focus();
  event.preventDefault();
}
