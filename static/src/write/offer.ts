import type { Offer } from '../editor/complete';

// What may stand in the texts of a lesson: fields where a key may stand in YAML, sections after ### in a text.

/** The fields that fit after a line's beginning. */
export function fieldsAfter(before: string, fields: string[]): Offer | null {
  const m = /(^\s*(?:- )*|[{,]\s*)([a-z-]*)$/.exec(before);
  if (!m || /#/.test(before)) return null;
  return { from: before.length - m[2].length, options: fields.map((label) => ({ label, type: 'property', apply: `${label}: ` })) };
}

/** The sections that fit after a line's beginning. */
export function sectionsAfter(before: string, sections: string[]): Offer | null {
  const m = /^### ([a-z]*)$/.exec(before);
  return m && { from: 4, options: sections.map((label) => ({ label, type: 'keyword' })) };
}
