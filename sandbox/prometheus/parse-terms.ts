import type { SyntaxNode } from '@lezer/common';
import { readDuration, readNumber, readString } from './literals.ts';
import { parseFailure, type QueryFailure } from './syntax.ts';

/** The query's text, which the nodes of its syntax tree point into. */
export type Input = { text: string };

export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (child.name !== 'LineComment') found.push(child);
  return found;
}

export function textOf(input: Input, node: SyntaxNode): string {
  return input.text.slice(node.from, node.to);
}

export function unsupported(input: Input, node: SyntaxNode, what: string): QueryFailure {
  return parseFailure(input.text, node.from, `${what} is not supported here`);
}

export function numberOf(input: Input, node: SyntaxNode): number {
  const value = readNumber(textOf(input, node));
  if (value === undefined) throw parseFailure(input.text, node.from, `bad number "${textOf(input, node)}"`);
  return value;
}

export function stringOf(input: Input, node: SyntaxNode): string {
  const value = readString(textOf(input, node));
  if (value === undefined) throw parseFailure(input.text, node.from, 'bad string literal');
  return value;
}

export function durationOf(input: Input, node: SyntaxNode): number {
  const value = readDuration(textOf(input, node));
  if (value === undefined) throw unsupported(input, node, `the duration "${textOf(input, node)}"`);
  if (value <= 0) throw parseFailure(input.text, node.from, 'duration must be greater than 0');
  return value;
}

export function offsetOf(input: Input, node: SyntaxNode): number {
  const found = /^([+-]?)\s*(.+)$/s.exec(textOf(input, node));
  const ms = readDuration(found?.[2] ?? '');
  if (ms === undefined) throw unsupported(input, node, `the offset "${textOf(input, node)}"`);
  return found?.[1] === '-' ? -ms : ms;
}
