import type { Track } from '../model/history';

/** What the diagram knows of a segment, whatever the scale. */
export interface Seg {
  i: number; // its place in the order of sending
  t: Track;
  at: number; // when it leaves
  due: number | null; // when it arrives, or should have, as the last event held knows it
  out: number; // pixels below its instant at which it leaves, where that is drawn from the top down
  in: number;
  end: number; // the event that ended its way
  kind: number; // the same for segments that may be drawn as one
  like: Seg | null; // the one before it of the same kind, sender and connection
  until: number; // from this instant on there is nothing to see of it
  wire: boolean; // it is on its way at the last event held
}
