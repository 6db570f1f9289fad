import type { KnownBlock } from '@slack/types';

/** Slack's published limits, checked without our own builders. Answers what is wrong; nothing means that Slack would take it. */
export function brokenLimits(blocks: KnownBlock[], most = { blocks: 50, characters: 13_000 }): string[] {
  const wrong: string[] = [];
  if (blocks.length > most.blocks) wrong.push(`${blocks.length} blocks`);
  let characters = 0;
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      value.forEach((one, index) => {
        walk(one, `${path}/${index}`);
      });
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    for (const [key, held] of Object.entries(node)) {
      const most = mostFor(node, key, path);
      if (typeof held === 'string' && key === 'text') characters += held.length;
      if (typeof held === 'string' && most && (held.length > most || (key === 'text' && held.length === 0)))
        wrong.push(`${path}/${key}: ${held.length} characters, at most ${most}`);
      if (Array.isArray(held) && key === 'elements' && held.length > (node.type === 'actions' ? 25 : 10))
        wrong.push(`${path}/${key}: ${held.length} elements`);
      if (Array.isArray(held) && key === 'options' && (held.length > 100 || held.length === 0))
        wrong.push(`${path}/${key}: ${held.length} options`);
      if (Array.isArray(held) && key === 'fields' && held.length > 10)
        wrong.push(`${path}/${key}: ${held.length} fields`);
      if (key === 'accessibility_label' && held === '') wrong.push(`${path}/${key}: empty`);
      walk(held, `${path}/${key}`);
    }
  };
  walk(blocks, '');
  if (characters > most.characters) wrong.push(`${characters} characters in all`);
  const ids = blocks.map((block) => block.block_id).filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length) wrong.push('a block_id twice');
  return wrong;
}

function mostFor(node: Record<string, unknown>, key: string, path: string): number | null {
  if (key === 'action_id' || key === 'block_id') return 255;
  if (key === 'accessibility_label') return 75;
  if (key === 'value') return path.includes('/options/') ? 150 : 2_000;
  if (key !== 'text' || typeof node.text !== 'string') return null;
  if (path.endsWith('/confirm/title')) return 100;
  if (path.endsWith('/confirm/text')) return 300;
  if (path.endsWith('/confirm/confirm') || path.endsWith('/confirm/deny')) return 30;
  if (/\/options\/\d+\/text$/.test(path)) return 75;
  if (/\/elements\/\d+\/text$/.test(path)) return 75;
  if (path.endsWith('/placeholder')) return 150;
  return 3_000;
}
