import { send } from './api.mjs';
import { renderBlocks } from './blocks.mjs';
import { h, refill } from './dom.mjs';
import { renderPlain } from './text.mjs';

/** Shows the topmost modal of the reader's stack in a dialog; what was typed stays while the app edits the view. */
export function createViews(ctx) {
  let shown = null;
  let typed = {};
  const dialog = h('dialog', { class: 'view', 'aria-labelledby': 'view-title' });
  document.body.append(dialog);

  const close = async () => {
    if (shown !== null) await send('/sandbox/close', { view_id: shown.id, user: ctx.user });
  };
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });

  const submit = async (event) => {
    event.preventDefault();
    const button = dialog.querySelector('button[type=submit]');
    button.disabled = true;
    const answer = await send('/sandbox/submit', { view_id: shown.id, user: ctx.user, values: typed });
    button.disabled = false;
    for (const note of dialog.querySelectorAll('.bk-error'))
      note.textContent = answer?.errors?.[note.parentNode.dataset.block] ?? '';
  };

  const draw = (view) => {
    const place = placeIn(ctx, view, typed);
    refill(
      dialog,
      h(
        'form',
        { onsubmit: submit },
        h(
          'div',
          { class: 'view-head' },
          h('h2', { id: 'view-title' }, renderPlain(view.title.text)),
          h('button', { type: 'button', class: 'ghost', 'aria-label': 'Close', onclick: close }, '✕'),
        ),
        h('div', { class: 'view-body' }, renderBlocks(view.blocks, place, ctx)),
        h(
          'div',
          { class: 'dialog-end' },
          h('button', { type: 'button', class: 'ghost', onclick: close }, renderPlain(view.close?.text ?? 'Close')),
          view.submit ? h('button', { type: 'submit', class: 'primary' }, renderPlain(view.submit.text)) : null,
        ),
      ),
    );
    for (const input of dialog.querySelectorAll('[data-key]')) {
      const [blockId, actionId] = input.dataset.key.split('/');
      const kept = typed[blockId]?.[actionId];
      if (typeof kept === 'string' && 'value' in input && input.tagName !== 'BUTTON') input.value = kept;
    }
  };

  return {
    /** The stack as the stream sends it. */
    show(stack) {
      const view = stack.at(-1) ?? null;
      if (view === null) {
        shown = null;
        if (dialog.open) dialog.close();
        return;
      }
      if (shown?.id === view.id && shown.hash === view.hash) return;
      if (shown?.id !== view.id) typed = {};
      shown = view;
      draw(view);
      if (!dialog.open) dialog.showModal();
    },
  };
}

/** What elements of a view do: buttons are sent at once, inputs are remembered for the submission. */
export function placeIn(ctx, view, typed) {
  return {
    act: (element, raw, blockId) =>
      send('/sandbox/click', {
        view_id: view.id,
        action_id: element.action_id,
        block_id: blockId,
        user: ctx.user,
        values: typed,
        ...(raw === undefined
          ? {}
          : Array.isArray(raw)
            ? { selected_options: raw }
            : { selected_option: raw, value: raw }),
      }),
    keep: (element, raw, blockId) => {
      typed[blockId] = { ...typed[blockId], [element.action_id]: raw };
    },
  };
}
