/** Something on the screen, in pixels of the window. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  left: number;
  top: number;
  height: number; // at most
}

const EDGE = 8; // from the edge of the window, at least
const GAP = 6; // from what it belongs to

/**
 * Where a menu goes beside what it belongs to: below it, else above it, at
 * whichever side more of it fits, and moved sideways until it is wholly inside.
 */
export function beside(anchor: Box, size: Size, view: Box, end = false): Place {
  const below = view.bottom - EDGE - (anchor.bottom + GAP);
  const above = anchor.top - GAP - (view.top + EDGE);
  const under = size.height <= below || below >= above;
  // Between two edges that leave nothing it may cover what it belongs to.
  const room = Math.max(under ? below : above, Math.min(120, view.bottom - view.top - 2 * EDGE));
  const height = Math.min(size.height, room);
  const top = under ? anchor.bottom + GAP : anchor.top - GAP - height;
  const left = end ? anchor.right - size.width : anchor.left;
  return { left: within(left, size.width, view.left, view.right), top: within(top, height, view.top, view.bottom), height: room };
}

function within(at: number, length: number, from: number, to: number): number {
  return Math.max(from + EDGE, Math.min(at, to - EDGE - length));
}
