import { computed, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Layout } from '../../diagram/sheet';
import type { BranchData } from '../../model/branch';
import { narrow } from '../phone/narrow';
import { charted, data, time } from '../state';
import { later } from '../ui/later';

const LONGER = 1.3; // views: a run that is hardly longer keeps its width, and the browser's scroll bar
const mapped = new WeakSet<BranchData>();

/** The diagram with its map beside it, once the run is longer than the view. */
export function Stage({ laid, children }: { laid: ReadonlySignal<Layout | null>; children: ComponentChildren }) {
  return (
    <div class="stage">
      <div class="stage-run" id="run">
        {children}
      </div>
      {!narrow.value && <Overview laid={laid} />}
    </div>
  );
}

const height = computed(() => time.range.value.height);

function Overview({ laid }: { laid: ReadonlySignal<Layout | null> }) {
  const d = data.value;
  const l = laid.value;
  if (!l) return null;
  const long = l.height > height.value * LONGER;
  if (d && long) mapped.add(d); // it stays when one zooms out: the diagram keeps its width
  const more = d && mapped.has(d) ? later() : null;
  return more && <more.MiniMap l={l} />;
}

/** The chart under it, where it was opened. */
export function Below() {
  if (!charted.value || narrow.value) return null;
  const more = later();
  return more && <more.ChartPanel />;
}
