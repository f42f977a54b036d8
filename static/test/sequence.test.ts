import { expect, test } from 'vitest';
import { sequence } from '../src/lab/chart/sequence';
import { type Heard, type Series, sackBlocks } from '../src/lab/inspect/series';
import type { Track } from '../src/model/history';
import type { Packet } from '../src/proto';

const ISS = 5000;

function packet(id: number, p: Partial<Packet>): Packet {
  return { id, flags: '.', kind: 'DATA', seq: 0, ack: 1, len: 0, win: 60, opts: '', absSeq: ISS + (p.seq ?? 0), retx: 0, ...p } as Packet;
}

const sent = (n: number, seq: number, p: Partial<Packet> = {}, lost = false) => {
  const turns = lost ? [{ n, at: n, what: 'lost', arrive: null, rule: '', by: '' }] : [];
  return { n, at: n, track: { packet: packet(n, { seq, len: 100, ...p }), n, forkAt: n, turns } as unknown as Track };
};

const heard = (n: number, ack: number, opts = '', p: Partial<Packet> = {}): Heard => ({ n, at: n, packet: packet(n, { kind: 'ACK', ack, opts, ...p }), blocks: sackBlocks(opts) });

function series(sends: Series['sends'], acks: Heard[]): Series {
  const points = { SndUna: acks.map((h) => ({ n: h.n, at: h.at, v: ISS + h.packet.ack })), SndWnd: [{ n: 1, at: 1, v: 6000 }] };
  return { subject: {}, points, sends, heard: acks } as unknown as Series;
}

test('SACK blocks are read as tcpdump spells them', () => {
  expect(sackBlocks('nop,nop,TS val 1 ecr 2,nop,nop,sack 1001:2001 3001:4001')).toEqual([
    [1001, 2001],
    [3001, 4001],
  ]);
  expect(sackBlocks('mss 1460,sackOK,nop,wscale 7')).toEqual([]);
});

test('a loss is drawn as it is: lost, duplicates with SACK, sent again, covered', () => {
  const s = series(
    [sent(1, 1), sent(2, 101, {}, true), sent(3, 201), sent(4, 301), sent(7, 101, { retx: 1 })],
    [heard(5, 101), heard(6, 101, 'sack 201:301'), heard(8, 101, 'sack 201:401'), heard(9, 401), heard(10, 401, 'sack 101:201'), heard(11, 401, '', { win: 0 })],
  );
  const { bars, una, edge } = sequence(s, 99);
  const say = bars.map((b) => `${b.n} ${b.kind}${b.lost ? ' lost' : ''} ${b.from}:${b.to}`);
  expect(say).toEqual([
    '1 sent 1:101',
    '2 sent lost 101:201',
    '3 sent 201:301',
    '4 sent 301:401',
    '5 ack 101:101',
    '6 dup 101:101',
    '6 sack 201:301',
    '7 again 101:201',
    '8 dup 101:101',
    '8 sack 201:401',
    '9 ack 101:401',
    '10 dsack 101:201',
    '11 zero 401:401',
  ]);
  expect(una.map((p) => p.v)).toEqual([101, 101, 101, 401, 401, 401]);
  expect(edge[edge.length - 1].v).toBe(401 + 6000);
});

test('nothing after the event that is shown is drawn', () => {
  const s = series([sent(1, 1), sent(2, 101, {}, true)], [heard(5, 101)]);
  expect(sequence(s, 2).bars.map((b) => b.n)).toEqual([1, 2]);
});
