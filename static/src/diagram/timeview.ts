import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

/** The place that stays where it is on the screen while the scale changes. */
export interface Anchor {
  t: number;
  y: number; // pixels below the upper edge of the diagram
}

/** What a diagram can do for those who steer it. */
interface Steered {
  anchor(): Anchor | null; // the play head, or the middle of the view
  whole(): number; // the scale at which the whole run is in view
  flight(): number; // two round trips
  easy(): number; // one trip is easy to see
  reveal(t: number, share: number): void;
  leave(): void; // it no longer follows the play head, until that moves
}

export const MOST_NS = 1e6; // 1 ms in view is as near as one can go

/**
 * How time is looked at: its scale, whether it is folded, and what is in view.
 * Diagrams that are given the same one scroll and zoom together; a tool bar, a
 * mini-map or a chart may steer it from outside.
 */
export class TimeView {
  readonly linear: Signal<boolean>;
  readonly scale = signal<number | null>(null); // pixels per nanosecond; null: one trip is easy to see
  readonly top = signal<{ y: number; by: unknown }>({ y: 0, by: null }); // pixels of the axis above the view
  private readonly seen = signal({ from: 0, to: 0, scale: 1e-6, height: 700 });
  private steered: Steered[] = [];
  anchor: Anchor | null = null; // asked for with a change of the scale

  constructor(linear: Signal<boolean> = signal(false)) {
    this.linear = linear;
  }

  /** The same view for a picture of the diagram, which is not steered. */
  copy(): TimeView {
    const c = new TimeView(signal(this.linear.peek()));
    c.scale.value = this.scale.peek();
    return c;
  }

  /** What is in view: instants, pixels per nanosecond, and pixels. */
  get range(): ReadonlySignal<{ from: number; to: number; scale: number; height: number }> {
    return this.seen;
  }

  shows(from: number, to: number, scale: number, height: number): void {
    const s = this.seen.peek();
    if (s.from !== from || s.to !== to || s.scale !== scale || s.height !== height) this.seen.value = { from, to, scale, height };
  }

  attach(d: Steered): () => void {
    this.steered.push(d);
    return () => {
      this.steered = this.steered.filter((x) => x !== d);
    };
  }

  get limits(): { least: number; most: number } {
    const { height, scale } = this.seen.peek();
    const least = Math.min(...this.steered.map((d) => d.whole()), scale);
    return { least, most: Math.max(height / MOST_NS, scale) };
  }

  /** Zooms by a factor about a place, else about the play head. */
  zoom(by: number, about?: Anchor): void {
    this.to(this.seen.peek().scale * by, about);
  }

  to(scale: number, about?: Anchor): void {
    const { least, most } = this.limits;
    this.anchor = about ?? this.steered[0]?.anchor() ?? null;
    if (about) for (const d of this.steered) d.leave();
    this.scale.value = Math.max(least, Math.min(most, scale));
  }

  whole(): void {
    const d = this.steered[0];
    if (d) this.to(Math.min(...this.steered.map((x) => x.whole())));
  }

  flight(): void {
    const d = this.steered[0];
    if (d) this.to(d.flight());
  }

  /** The scale that was chosen first. */
  easy(): void {
    this.anchor = this.steered[0]?.anchor() ?? null;
    this.scale.value = null;
  }

  /** Scrolls to an instant, to be seen in the middle, or at another share of the height. */
  reveal(t: number, share = 0.5): void {
    for (const d of this.steered) d.reveal(t, share);
  }
}
