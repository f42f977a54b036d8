import { keep, kept } from '../kept';

// When a drill comes back: kept in this browser only.

export interface Review {
  due: string; // 2026-12-07
  gap: number; // days
  right: number; // of the last round
  of: number;
}

export const ROUND = 3; // draws of a drill that is new
const KEY = 'drills';
const MOST = 1000;

export function reviews(): Record<string, Review> {
  try {
    const all = JSON.parse(kept(KEY) ?? '{}') as Record<string, Review>;
    return Object.fromEntries(Object.entries(all).filter(([, r]) => /^\d{4}-\d\d-\d\d$/.test(r?.due) && r.gap > 0));
  } catch {
    return {};
  }
}

/** A day as it is kept, so many days after another. */
export function day(from: Date, plus = 0): string {
  const d = new Date(from.getFullYear(), from.getMonth(), from.getDate() + plus);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}

/** After a round: all right in 7 days, one wrong in 3, more wrong tomorrow; each time it was right again, twice as far. */
export function after(was: Review | undefined, right: number, of: number, today: Date): Review {
  const first = right === of ? 7 : right === of - 1 && of > 1 ? 3 : 1;
  const gap = was && right === of ? Math.min(was.gap * 2, 365) : first;
  return { due: day(today, gap), gap, right, of };
}

export function rememberReview(key: string, right: number, of: number): Review {
  const all = reviews();
  const r = after(all[key], right, of, new Date());
  all[key] = r;
  keep(KEY, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-MOST))));
  return r;
}

/** Whether the drill is due on a day; one that was never tried is not. */
export const isDue = (r: Review | undefined, today: Date): boolean => !!r && r.due <= day(today);

/** The dates as a calendar reads them. */
export function calendar(list: { title: string; due: string }[], address: string): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Wirestep//drills//EN'];
  for (const [i, x] of list.entries()) {
    const on = x.due.replaceAll('-', '');
    const text = x.title.replace(/[\\;,]/g, (c) => `\\${c}`).replace(/\n/g, ' ');
    lines.push('BEGIN:VEVENT', `UID:${on}-${i}@wirestep`, `DTSTAMP:${on}T000000Z`, `DTSTART;VALUE=DATE:${on}`, `SUMMARY:${text}`, `URL:${address}`, 'END:VEVENT');
  }
  return `${[...lines, 'END:VCALENDAR'].join('\r\n')}\r\n`;
}
