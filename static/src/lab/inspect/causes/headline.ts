import type { Frame } from '../../../proto';

/**
 * The rule that heads an event: the one with the greatest consequence, as the
 * server measured it; where none has any, the first that did something, or that
 * asked and got a yes.
 */
export function headline(f: Frame): number {
  if (f.head !== undefined) return f.head;
  const spans = f.spans ?? [];
  const did = spans.findIndex((s) => !s.check);
  return did >= 0 ? did : spans.findIndex((s) => s.check?.ok);
}
