import { expect, test } from 'vitest';
import { fieldsAfter, sectionsAfter } from '../src/write/offer';

test('a field of YAML is offered where a key may stand, and nowhere else', () => {
  const offered = (before: string) => fieldsAfter(before, ['predict', 'goal'])?.from;
  expect(offered('    pre')).toBe(4);
  expect(offered('  - ')).toBe(4);
  expect(offered('      - {key: rtt, i')).toBe(19);
  for (const no of ['    goal: cl', '# pre', '    at: 1st SYN s']) expect(offered(no), no).toBeUndefined();
});

test('a section of a text is offered after ###', () => {
  expect(sectionsAfter('### as', ['ask'])?.from).toBe(4);
  for (const no of ['## as', 'words ### as', '### ask me']) expect(sectionsAfter(no, ['ask'])).toBeNull();
});
