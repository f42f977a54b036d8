import { arrowOf } from './arrow';
import { TOP } from './places';
import type { Item, Labels, Layout } from './sheet';
import { allFields } from './words';

interface FieldsProps {
  lay: Layout;
  labels: Labels;
  hovered: Item | null;
  chosen: Item | null;
  options: boolean;
}

/** All fields of the segment that is pointed at, or else chosen, if its label leaves some out. */
export function Fields({ lay, labels, hovered, chosen, options }: FieldsProps) {
  const item = hovered?.packet ? hovered : chosen;
  const seg = lay.run.segOf.get(item?.packet ?? 0);
  if (!item?.packet || !seg || seg.t.n > lay.n) return null;
  const a = lay.arrows.find((x) => x.id === item.packet) ?? arrowOf(lay, seg);
  const text = allFields(a);
  const said = labels.arrows.find((l) => l.id === item.packet);
  if (
    !text ||
    (said &&
      !options &&
      said.parts.length > 1 &&
      text.startsWith(
        said.parts
          .map((p) => p.text)
          .join(' ')
          .slice(0, 40),
      ) &&
      text.length < 46)
  )
    return null;
  const tail = a.pts[0];
  if (tail.y < lay.from || tail.y > lay.to) return null;
  const x = Math.min(tail.x, a.pts[a.pts.length - 1].x);
  return (
    <div
      class="dg-fields mono"
      aria-hidden="true"
      style={{ left: `${Math.max(8, x + 12)}px`, top: `${tail.y - TOP - 26}px`, maxWidth: `${lay.width - Math.max(8, x + 12) - 12}px` }}
    >
      {text}
    </div>
  );
}
