import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beside } from '../src/lab/ui/place';

const view = { left: 0, top: 0, right: 390, bottom: 780 };

describe('a menu beside its button', () => {
  test('opens below, begins where the button begins', () => {
    expect(beside({ left: 40, top: 10, right: 90, bottom: 40 }, { width: 200, height: 300 }, view)).toMatchObject({ left: 40, top: 46 });
  });
  test('opens above when there is no room below', () => {
    const at = beside({ left: 40, top: 700, right: 90, bottom: 740 }, { width: 200, height: 300 }, view);
    expect(at.top + 300).toBe(694);
  });
  test('is wholly inside the window, 8 px off its edge, wherever the button is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 350 }),
        fc.integer({ min: 0, max: 740 }),
        fc.integer({ min: 10, max: 374 }),
        fc.integer({ min: 10, max: 1200 }),
        fc.boolean(),
        (x, y, width, wanted, end) => {
          const at = beside({ left: x, top: y, right: x + 40, bottom: y + 40 }, { width, height: wanted }, view, end);
          const height = Math.min(wanted, at.height);
          expect(at.left).toBeGreaterThanOrEqual(8);
          expect(at.left + width).toBeLessThanOrEqual(382);
          expect(at.top).toBeGreaterThanOrEqual(8);
          expect(at.top + height).toBeLessThanOrEqual(772);
          if (wanted <= 300) expect(at.top >= y + 40 || at.top + height <= y).toBe(true); // never over its button
        },
      ),
    );
  });
});
