import { describe, expect, test } from 'vitest';
import { calendar, day, isDue, after as next } from '../src/drills/review';

const monday = new Date(2026, 10, 30);

describe('when a drill comes back', () => {
  test('all right in a week, one wrong in three days, else tomorrow', () => {
    expect(next(undefined, 3, 3, monday).due).toBe('2026-12-07');
    expect(next(undefined, 2, 3, monday).due).toBe('2026-12-03');
    expect(next(undefined, 1, 3, monday).due).toBe('2026-12-01');
  });
  test('right again: twice as far; wrong again: tomorrow', () => {
    const first = next(undefined, 3, 3, monday);
    expect(next(first, 1, 1, monday).due).toBe('2026-12-14');
    expect(next(first, 0, 1, monday).due).toBe('2026-12-01');
  });
  test('one is due on its day and after it', () => {
    const r = next(undefined, 3, 3, monday);
    expect(isDue(r, new Date(2026, 11, 6))).toBe(false);
    expect(isDue(r, new Date(2026, 11, 7))).toBe(true);
    expect(isDue(undefined, monday)).toBe(false);
  });
  test('days are counted over the end of a month', () => expect(day(new Date(2027, 0, 31), 1)).toBe('2027-02-01'));
});

test('a calendar holds an event a date, with its title on one line', () => {
  const ics = calendar([{ title: 'Give up, slowly; once\nmore', due: '2026-12-07' }], 'https://x/drills');
  expect(ics).toContain('DTSTART;VALUE=DATE:20261207\r\n');
  expect(ics).toContain('SUMMARY:Give up\\, slowly\\; once more\r\n');
  expect(ics.match(/BEGIN:VEVENT/g)).toHaveLength(1);
});
