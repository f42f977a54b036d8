import type { Axis } from '../../diagram/axis';
import { tone } from '../../diagram/marks';
import type { RunIndex } from '../../diagram/runindex';
import type { Seg } from '../../diagram/seg';
import type { BranchData } from '../../model/branch';
import type { Schemas } from '../../model/schema';
import { allSeries, mostSent, type Series } from '../inspect/series';
import { idle, levels, rowsOf, ticksOf, wholeAxis } from './bins';
import { type ByKind, byKind, type Mark, type Merged, marksOf, merge } from './marks';

const APART = 7; // pixels between two marks

/** The whole run, ready to be drawn on so many rows of pixels. */
export interface Overview {
  axis: Axis;
  height: number;
  data: Uint32Array; // segments with data, SYN or FIN
  again: Uint32Array; // those of them that were sent again
  acks: Uint32Array;
  marks: Mark[];
  byKind: ByKind;
  merged: Merged[];
  sender: Series | undefined; // whose congestion window is drawn
  cwnd: Float32Array;
  states: { y0: number; y1: number; tone: string }[]; // of the sender
  idle: { y0: number; y1: number }[];
  ticks: { t: number; y: number }[];
  sent: { data: Seg[]; acks: Seg[] };
}

export const isAck = (s: Seg) => s.t.packet.kind === 'ACK';

/** Reads a run as it is known; upTo: the last event that may be shown. */
export function overview(d: BranchData, schemas: Schemas, run: RunIndex, linear: boolean, height: number, upTo: number): Overview {
  const demands = run.demands([]);
  const axis = wholeAxis(demands, height, linear);
  const shown = upTo >= d.tip ? run.segs : run.segs.filter((s) => s.t.n <= upTo);
  const acks = shown.filter(isAck);
  const data = shown.filter((s) => !isAck(s));
  const marks = marksOf(d.history, upTo);
  const sender = mostSent([...allSeries(d, schemas).values()].filter((s) => s.sends.length > 0));
  const cwnd = (sender?.points.Cwnd ?? []).filter((p) => p.n <= upTo);
  return {
    axis,
    height,
    data: rowsOf(data, axis, height),
    again: rowsOf(
      data.filter((s) => s.t.packet.retx > 0),
      axis,
      height,
    ),
    acks: rowsOf(acks, axis, height),
    marks,
    byKind: byKind(marks),
    merged: merge(marks, (t) => axis.y(t), APART),
    sender,
    cwnd: levels(cwnd, axis, height),
    states: sender ? statesOf(d, sender, axis, height, upTo) : [],
    idle: idle(demands, axis),
    ticks: ticksOf(axis, height, 34),
    sent: { data, acks },
  };
}

/** The states that the sender's connection went through. */
function statesOf(d: BranchData, s: Series, axis: Axis, height: number, upTo: number): Overview['states'] {
  const subject = d.state.subjects.get(s.subject.id) ?? s.subject;
  const lane = d.history.lanes.find((l) => !l.listener && l.host === subject.host && l.flow === subject.flow);
  const list = (lane?.changes ?? []).filter((c) => c.n <= upTo);
  return list.map((c, i) => ({ y0: axis.y(c.at), y1: i + 1 < list.length ? axis.y(list[i + 1].at) : height, tone: c.state ? tone(c.state) : '' })).filter((x) => x.tone);
}
