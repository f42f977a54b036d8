import type { BranchData } from '../../model/branch';
import type { Schemas } from '../../model/schema';
import type { Frame, Host, Subject } from '../../proto';

/** A socket that a forged segment may be meant for, with the numbers that it expects now. */
export interface Target {
  id: number;
  host: number;
  local: string; // address:port
  remote: string; // "" for a listener
  state: string;
  next: number; // RCV.NXT, relative
  ack: number; // SND.NXT, relative
  una: number;
  wnd: number; // RCV.WND
}

/** The sockets that can receive something, the latest first; connections before listeners. */
export function targets(d: BranchData, sc: Schemas): Target[] {
  const out: Target[] = [];
  for (const s of d.state.subjects.values()) {
    if (s.schema !== 'tcb' || s.host < 0) continue;
    const state = sc.state(s);
    if (!state || state === 'CLOSED') continue;
    const [local, remote = ''] = s.name.split(' → ');
    const rel = (name: string, base: string) => ((num(sc, s, name) - num(sc, s, base)) % 2 ** 32) + (num(sc, s, name) < num(sc, s, base) ? 2 ** 32 : 0);
    out.push({ id: s.id, host: s.host, local, remote, state, next: rel('RcvNxt', 'IRS'), ack: rel('SndNxt', 'ISS'), una: rel('SndUna', 'ISS'), wnd: num(sc, s, 'RcvWnd') });
  }
  return out.sort((a, b) => Number(!a.remote) - Number(!b.remote) || b.id - a.id).slice(0, 40);
}

const num = (sc: Schemas, s: Subject, name: string) => sc.value(s, name) ?? 0;

export type Preset = 'rst' | 'rst-window' | 'syn' | 'data' | 'ack' | 'fin' | 'flood' | 'sweep';
export const presets: Preset[] = ['rst', 'rst-window', 'syn', 'data', 'ack', 'fin', 'flood', 'sweep'];

/** Which presets a target has a use for: a listener takes SYNs alone. */
export const offered = (x: Target): Preset[] => (x.remote ? presets : ['syn', 'flood']);

/** The fields of a preset, with the numbers that the receiver expects, or guessed ones. */
export function fieldsOf(p: Preset, x: Target, blind: boolean): string {
  const guess = () => Math.floor(Math.random() * 2 ** 32);
  const seq = blind ? guess() : x.next;
  const ack = blind ? guess() : x.ack;
  switch (p) {
    case 'rst':
      return `flags=R seq=${seq}`;
    case 'rst-window':
      return `flags=R seq=${blind ? guess() : x.next + Math.max(1, Math.floor(x.wnd / 2))}`;
    case 'syn':
      return x.remote ? `flags=S seq=${seq}` : 'flags=S seq=0 from=10.9.9.9:1234';
    case 'data':
      return `flags=P. seq=${seq} ack=${ack} len=10`;
    case 'ack':
      return `flags=. seq=${seq} ack=${blind ? guess() : x.una}`;
    case 'fin':
      return `flags=F. seq=${seq} ack=${ack}`;
    case 'flood':
      return 'flags=S seq=0 from=10.9.0.0/16:1024-65535';
    case 'sweep':
      return `flags=R seq=${blind ? 0 : x.next} stride=${Math.max(1, x.wnd)}`;
  }
}

/** Where a forged segment may enter the wire: at the peer's cable, at another host's, or from somewhere that sees nothing. */
export interface Place {
  key: string;
  host: string; // whose cable it leaves on
  blind: boolean;
  peer: boolean;
}

export function places(x: Target, hosts: Host[]): Place[] {
  const peer = hosts.findIndex((h) => h.addrs.some((a) => x.remote.startsWith(`${a}:`) || x.remote.startsWith(`[${a}]:`)));
  const others = hosts.map((h, i) => ({ h, i })).filter(({ h, i }) => i !== x.host && !h.kind);
  const first = others.find(({ i }) => i === peer) ?? others[0];
  return [
    ...others.map(({ h, i }) => ({ key: h.name, host: h.name, blind: false, peer: i === peer })),
    ...(first ? [{ key: '', host: first.h.name, blind: true, peer: false }] : []),
  ];
}

/** The operation as the scene writes it: both ends are named, so that it fits one connection. */
export function forgeOp(place: Place, x: Target, hosts: Host[], fields: string, many: string): string {
  const ends = [fields.includes('from=') || !x.remote ? '' : `from=${x.remote}`, `to=${x.local.replace(/^(0\.0\.0\.0|\[::\]):/, `${hosts[x.host]?.name}:`)}`];
  return ['forge', place.host, '>', hosts[x.host]?.name ?? '', fields.trim(), ...ends.filter((e) => e && !fields.includes(e.slice(0, 3)))].join(' ') + many;
}

/** What a receiver made of a segment: the rule that discarded it, or that turned a state, else the first that did something. */
export function judged(f: Frame, sc: Schemas): { rule: string; dropped: boolean; answers: string[] } {
  const spans = f.spans ?? [];
  const drop = f.effects?.find((e) => e.kind === 'dropped');
  const answers = (f.effects ?? []).flatMap((e) => (e.kind === 'sent' && e.packet ? [e.packet.kind] : []));
  const gone = f.effects?.find((e) => e.kind === 'destroyed');
  const did = spans.find((s) => !s.check) ?? spans.find((s) => s.check?.ok);
  const state = sc.find('tcb', 'State');
  const turned = drop ?? gone ?? f.changes?.find((c) => c.f === state);
  return { rule: (turned && turned.span >= 0 ? spans[turned.span]?.rule : did?.rule) ?? '', dropped: !!drop, answers };
}
