/** The page's only way to make nodes: text is always text, never HTML. */

const SVG = 'http://www.w3.org/2000/svg';

/** An element. `on*` attributes are listeners; true sets an empty attribute; false, null and undefined set none. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Puts `children` in place of what a node holds. */
export function refill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
}

/** Sets text only when it differs, so that selections and screen readers are left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A link's address, or null for anything but the web and mail. */
export function safeUrl(url) {
  return typeof url === 'string' && /^(https?:|mailto:)/i.test(url.trim()) ? url.trim() : null;
}

/** An image's address: also the sandbox's own. */
export function imageUrl(url) {
  return typeof url === 'string' && (/^https?:\/\//i.test(url) || url.startsWith('/sandbox/')) ? url : null;
}

export const byId = (id) => document.getElementById(id);
