import type { SyntaxNode } from '@lezer/common';
import { anchoredRegex } from './literals.ts';
import { children, type Input, stringOf, textOf } from './parse-terms.ts';
import type { Matcher } from './series.ts';
import { parseFailure, type Selector } from './syntax.ts';

/** A vector selector with its matchers; `{}` alone is refused, as in Prometheus. */
export function readSelector(input: Input, node: SyntaxNode): Selector {
  const matchers: Matcher[] = [];
  for (const part of children(node)) {
    if (part.name === 'Identifier') matchers.push(matcher(input, part, '__name__', '=', textOf(input, part)));
    else for (const child of children(part)) matchers.push(readMatcher(input, child));
  }
  if (matchers.every((m) => m.matches(''))) {
    throw parseFailure(input.text, node.from, 'vector selector must contain at least one non-empty matcher');
  }
  return { kind: 'selector', matchers, offsetMs: 0, at: undefined };
}

function readMatcher(input: Input, node: SyntaxNode): Matcher {
  if (node.name === 'QuotedLabelName')
    return matcher(input, node, '__name__', '=', stringOf(input, children(node)[0]!));
  const [name, op, value] = children(node);
  const label = name!.name === 'QuotedLabelName' ? stringOf(input, children(name!)[0]!) : textOf(input, name!);
  return matcher(input, node, label, textOf(input, op!) as Matcher['kind'], stringOf(input, value!));
}

function matcher(input: Input, node: SyntaxNode, name: string, kind: Matcher['kind'], value: string): Matcher {
  if (kind === '=') return { name, kind, value, matches: (v) => v === value };
  if (kind === '!=') return { name, kind, value, matches: (v) => v !== value };
  let regex: RegExp;
  try {
    regex = anchoredRegex(value);
  } catch (error) {
    throw parseFailure(
      input.text,
      node.from,
      `error parsing regexp: ${error instanceof Error ? error.message : 'invalid'}`,
    );
  }
  return { name, kind, value, matches: (v) => regex.test(v) === (kind === '=~') };
}
