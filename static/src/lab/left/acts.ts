import type { Frame, Left } from '../../proto';

/** One act: moves that were made together, or were left out together. */
export interface Act {
  key: string;
  at: number;
  on: boolean;
  by: string;
  order: number; // among those left out: the order in which that was done
  steps: { n: number; op: string; branch?: number }[];
}

/** The acts of a branch in time order: those before what the page holds, those that it holds, those left out. */
export function actsOf(before: readonly Left[], frames: readonly Frame[], off: readonly Left[]): Act[] {
  const all: Act[] = [];
  const made = (m: { n: number; at: number; by?: string; also?: boolean }, op: string) => {
    const last = all[all.length - 1];
    if (m.also && last) last.steps.push({ n: m.n, op });
    else all.push({ key: `n${m.n}`, at: m.at, on: true, by: m.by ?? 'you', order: 0, steps: [{ n: m.n, op }] });
  };
  for (const m of before) made(m, m.op);
  for (const f of frames) if (f.kind === 'act' && f.by !== 'scene') made(f, f.name ?? '');
  let open: Act | undefined;
  off.forEach((m, i) => {
    const step = { n: m.n, op: m.op, branch: m.branch };
    const joins = m.also && open && open.steps[0].branch === m.branch;
    if (joins) open?.steps.push(step);
    else {
      open = { key: `b${m.branch}.${m.n}`, at: m.at, on: false, by: m.by, order: i, steps: [step] };
      all.push(open);
    }
  });
  return all.sort((x, y) => x.at - y.at || x.steps[0].n - y.steps[0].n);
}
