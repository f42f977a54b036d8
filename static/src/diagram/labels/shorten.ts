import type { Words } from '../sheet';

/** A call or a note as long as there is room for. */
export function shorten(text: string, room: number, words: Pick<Words, 'measure'>): string {
  if (words.measure(text, 'mono') <= room) return text;
  const bare = text.replace(/^\w+ = /, '');
  if (words.measure(bare, 'mono') <= room) return bare;
  const short = bare.replace(/\(.*\)/s, '()');
  if (words.measure(short, 'mono') <= room) return short;
  const name = bare.replace(/\(.*\)/s, '');
  if (words.measure(name, 'mono') <= room) return name;
  const tight = name.replace(' → ', '→');
  if (words.measure(tight, 'mono') <= room) return tight;
  const queue = name.replace(/ queue |队列 /, ' ');
  if (words.measure(queue, 'mono') <= room) return queue;
  let cut = queue;
  while (cut.length > 1 && words.measure(`${cut}…`, 'mono') > room) cut = cut.slice(0, -1);
  return `${cut}…`;
}
