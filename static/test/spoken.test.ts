import { expect, test } from 'vitest';
import type { Bracket } from '../src/diagram/sheet';
import { describeBracket, words } from '../src/diagram/words';
import { Veiled } from '../src/proto';

test('a timer whose deadline would answer the open question is named, without a length and an instant', () => {
  const said = words({ options: false, hosts: [], secret: false, lettered: false });
  for (const end of ['cancelled', 'pending', 'fired'] as const) {
    const b = { host: 0, label: 'RTO', kind: '', end, armedAt: 5e8, deadline: 7e8 } as Bracket;
    expect(said.bracket(b).join()).toContain('200');
    expect(said.bracket({ ...b, deadline: Veiled })).toHaveLength(1);
    expect(said.bracket({ ...b, deadline: Veiled }).join() + describeBracket({ ...b, deadline: Veiled }, [])).not.toMatch(/\d/);
  }
});
