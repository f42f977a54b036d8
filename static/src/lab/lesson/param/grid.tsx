import { t } from '../../../i18n';
import type { Param } from '../doc';
import { at, cells, go, revealed, short } from './state';

/** Two parameters at once: every cell is a run. Arrow keys move; the shade says nothing that the number does not. */
export function Grid({ p }: { p: Param }) {
  const list = cells.value;
  const columns = p.cells;
  const rows = p.second?.cells ?? [];
  const of = (row: string, col: string) => list.findIndex((c) => c.value === col && c.second === row);
  const worth = (i: number) => Number.parseFloat(short(list[i]?.answer));
  const most = Math.max(...list.map((_, i) => worth(i) || 0), 1e-9);
  if (!revealed.value) revealed.value = true; // an edge in two directions is not asked for
  const move = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns.length, ArrowUp: -columns.length }[e.key];
    const to = at.peek() + (by ?? 0);
    if (!by || to < 0 || to >= list.length) return;
    e.preventDefault();
    e.stopPropagation();
    go(to);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.grid-of [tabindex="0"]')?.focus());
  };
  return (
    <div class="grid-of">
      <table aria-label={t('lesson.grid', { a: p.name, b: p.second?.name ?? '' })} onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col">
              <span class="mono">{p.second?.name}</span> ↓ <span class="mono">{p.name}</span> →
            </th>
            {columns.map((c) => (
              <th key={c} scope="col" class="mono">
                {c}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r}>
              <th scope="row" class="mono">
                {r}
              </th>
              {columns.map((c) => {
                const i = of(r, c);
                const share = Math.round((60 * Math.log1p(Math.max(0, worth(i) || 0))) / Math.log1p(most));
                return (
                  <td key={c} class={i === at.value ? 'at' : ''} style={{ '--share': `${share}%` }}>
                    <button type="button" tabIndex={i === at.value ? 0 : -1} onClick={() => go(i)} title={list[i]?.error}>
                      {short(list[i]?.answer)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
