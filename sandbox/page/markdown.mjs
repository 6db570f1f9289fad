import { emojiNamed, splitDots } from './emoji.mjs';

/** Standard Markdown, as far as Slack's markdown block shows it, as a tree: heading, paragraph, list, quote, pre, rule, table, and inline nodes as mrkdwn's. */
export function parseMarkdown(text) {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = blockAt(lines, at);
    if (node !== null) nodes.push(node);
    at = Math.max(next, at + 1);
  }
  return nodes;
}

const BREAKS = /^\s*$|^#{1,6} |^```|^> ?|^\s*(?:[-*+]|\d+[.)]) |^(?:-{3,}|\*{3,}|_{3,})$/;

function blockAt(lines, at) {
  const line = lines[at];
  if (line.trim() === '') return [null, at + 1];
  if (line.startsWith('```')) return fence(lines, at);
  const heading = /^(#{1,6}) +(.*?)#*$/.exec(line);
  if (heading) return [{ type: 'heading', level: heading[1].length, children: inline(heading[2].trim()) }, at + 1];
  if (/^(?:-{3,}|\*{3,}|_{3,})$/.test(line.trim())) return [{ type: 'rule' }, at + 1];
  if (/^> ?/.test(line)) {
    const [taken, next] = takeWhile(lines, at, (l) => /^> ?/.test(l));
    return [{ type: 'quote', children: inline(taken.map((l) => l.replace(/^> ?/, '')).join('\n')) }, next];
  }
  if (LIST.test(line)) return list(lines, at);
  if (line.includes('|') && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[at + 1] ?? '')) return table(lines, at);
  const [taken, next] = takeWhile(lines, at, (l, index) => index === at || !BREAKS.test(l));
  return [{ type: 'paragraph', children: inline(taken.join('\n')) }, next];
}

const LIST = /^(\s*)([-*+]|\d+[.)]) +(.*)$/;

function takeWhile(lines, from, holds) {
  let end = from;
  while (end < lines.length && holds(lines[end], end)) end += 1;
  return [lines.slice(from, end), end];
}

function fence(lines, at) {
  const [taken, end] = takeWhile(lines, at + 1, (l) => !l.startsWith('```'));
  return [{ type: 'pre', text: taken.join('\n') }, end + 1];
}

function list(lines, at) {
  const [taken, next] = takeWhile(lines, at, (l) => LIST.test(l));
  const items = taken.map((line) => {
    const [, indent, mark, rest] = LIST.exec(line);
    return { depth: Math.min(4, Math.floor(indent.length / 2)), mark, children: taskMark(rest) };
  });
  return [{ type: 'list', ordered: /\d/.test(items[0].mark), items }, next];
}

function taskMark(text) {
  const task = /^\[([ xX])\] (.*)$/.exec(text);
  return task === null ? inline(text) : [{ type: 'text', text: task[1] === ' ' ? '☐ ' : '☑ ' }, ...inline(task[2])];
}

function table(lines, at) {
  const [taken, next] = takeWhile(lines, at, (l) => l.includes('|'));
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => inline(cell.trim()));
  return [{ type: 'table', head: cells(taken[0]), rows: taken.slice(2).map(cells) }, next];
}

const RULES = [
  [/`([^`]+)`/y, (m) => ({ type: 'code', text: m[1] })],
  [/\*\*(?=\S)(.+?)\*\*/y, (m) => ({ type: 'bold', children: inline(m[1]) })],
  [/__(?=\S)(.+?)__/y, (m) => ({ type: 'bold', children: inline(m[1]) })],
  [/~~(?=\S)(.+?)~~/y, (m) => ({ type: 'strike', children: inline(m[1]) })],
  [/\*(?=\S)([^*\n]+)\*/y, (m) => ({ type: 'italic', children: inline(m[1]) })],
  [/\b_(?=\S)([^_\n]+)_\b/y, (m) => ({ type: 'italic', children: inline(m[1]) })],
  [/!?\[([^\]]*)\]\(([^()\s]+)\)/y, (m) => ({ type: 'link', url: m[2], children: inline(m[1] || m[2]) })],
  [/<(https?:\/\/[^>\s]+)>/y, (m) => ({ type: 'link', url: m[1], children: [{ type: 'text', text: m[1] }] })],
  [/:([a-z0-9_+'-]+):/y, (m) => emojiNamed(m[1])],
];

function inline(text) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') nodes.push(...splitDots(plain));
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    let hit = null;
    for (const [rule, make] of RULES) {
      rule.lastIndex = at;
      const found = rule.exec(text);
      const node = found && make(found);
      if (node) {
        hit = { node, length: found[0].length };
        break;
      }
    }
    if (hit === null) plain += text[at++];
    else {
      flush();
      nodes.push(hit.node);
      at += hit.length;
    }
  }
  flush();
  return nodes;
}
