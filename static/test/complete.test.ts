import { expect, test } from 'vitest';
import { offer } from '../src/editor/complete';
import type { Words } from '../src/editor/words';

const words = {
  statements: ['host', 'program', 'expect'],
  lines: ['loop', 'if', 'else', 'end'],
  asks: ['errno', 'result'],
  errnos: ['ECONNREFUSED', 'EPIPE'],
  calls: [{ name: 'connect', args: 'host:port', gives: true }],
  constants: [],
  options: [],
} as unknown as Words;

const text = 'host client 10.0.0.1\nprogram client\n';
const offered = (before: string) => offer(before, text, true, words)?.options.map((o) => o.label) ?? [];

test('a program is offered what it can ask about its calls', () => {
  expect(offered('  i')).toEqual(expect.arrayContaining(['if', 'loop', 'else', 'end']));
  expect(offered('  loop ')).toEqual(['until']);
  expect(offered('  loop 5 u')).toEqual(['until']);
  expect(offered('  loop until ')).toEqual(['errno', 'result']);
  expect(offered('  if e')).toEqual(['errno', 'result']);
  expect(offered('  if errno == E')).toEqual(['ECONNREFUSED', 'EPIPE']);
  expect(offered('  loop 5 until errno != ')).toEqual(['ECONNREFUSED', 'EPIPE']);
  expect(offered('  if result > ')).toEqual([]);
});
