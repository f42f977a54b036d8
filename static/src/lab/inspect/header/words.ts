import { t } from '../../../i18n';
import type { Header, HeaderField } from '../../../proto';

/** The bits of a header, as many as are shown. */
export function bitsOf(h: Header, f: HeaderField): string {
  let out = '';
  for (let i = f.at; i < f.at + Math.min(f.bits, 512); i++) {
    const byte = Number.parseInt(h.hex.slice(2 * (i >> 3), 2 * (i >> 3) + 2), 16);
    if (Number.isNaN(byte)) break;
    out += (byte >> (7 - (i & 7))) & 1;
  }
  return out;
}

/** Its bytes, those included that it shares with a neighbour. */
export function hexOf(h: Header, f: HeaderField): string {
  const from = f.at >> 3;
  const to = (f.at + f.bits + 7) >> 3;
  return (h.hex.slice(2 * from, 2 * to).match(/../g) ?? []).join(' ');
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];
const ecnNames = ['not ECT', 'ECT(1)', 'ECT(0)', 'CE'];

export function flagsOf(v: number): string {
  return flagNames.filter((_, i) => v & (1 << i)).join(' ') || '–';
}

function address(h: Header, f: HeaderField): string {
  const hex = h.hex.slice(f.at / 4, (f.at + f.bits) / 4);
  if (f.bits === 32) return (hex.match(/../g) ?? []).map((x) => Number.parseInt(x, 16)).join('.');
  return (hex.match(/.{4}/g) ?? []).map((x) => x.replace(/^0+(?=.)/, '')).join(':');
}

/** A field's value as people read it. */
export function fieldValue(h: Header, f: HeaderField): string {
  switch (f.name) {
    case 'seq':
    case 'ack':
    case 'sack-left':
    case 'sack-right':
      return String(f.rel ?? f.value);
    case 'flags':
      return flagsOf(f.value);
    case 'ecn':
      return ecnNames[f.value] ?? String(f.value);
    case 'offset':
    case 'ihl':
      return t('header.bytes', { n: f.value * 4 });
    case 'checksum':
    case 'ip-checksum':
      return f.wrong ? t('header.sum-wrong', { right: `0x${f.right?.toString(16).padStart(4, '0')}` }) : t('header.sum-ok');
    case 'wscale-value':
      return `${f.value} (×${2 ** f.value})`;
    case 'src':
    case 'dst':
      return address(h, f);
    case 'protocol':
      return ({ 1: '1 ICMP', 6: '6 TCP', 58: '58 ICMPv6' } as Record<number, string>)[f.value] ?? String(f.value);
    case 'payload':
      return t('header.bytes', { n: f.bits / 8 });
    case 'nop':
    case 'eol':
    case 'sackok':
      return '';
    case 'mss':
    case 'wscale':
    case 'sack':
    case 'ts':
    case 'md5':
    case 'fastopen':
    case 'accecn0':
    case 'accecn1':
    case 'experiment':
    case 'unknown':
      return t('header.kind-length', { kind: f.value >> 8, length: f.value & 255 });
  }
  return f.bits <= 53 ? String(f.value) : '';
}

export const fieldName = (f: HeaderField): string => t(`header.f-${f.name}`);

/** The name by which an edit knows a field; "" for one that it does not know. */
export function editName(f: HeaderField): string {
  if (f.part === 'quote') return '';
  const own: Record<string, string> = { 'mss-value': 'mss', 'wscale-value': 'wscale' };
  if (own[f.name]) return own[f.name];
  return ['seq', 'ack', 'win', 'urg', 'sport', 'dport', 'flags', 'tsval', 'tsecr', 'ecn'].includes(f.name) ? f.name : '';
}

const tcpdump: [number, string][] = [
  [2, 'S'],
  [1, 'F'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
  [32, 'U'],
  [64, 'E'],
  [128, 'W'],
];

/** A field's value as an edit takes it. */
export function editValue(f: HeaderField): string {
  if (f.name === 'flags') return tcpdump.flatMap(([bit, c]) => (f.value & bit ? [c] : [])).join('') || '-';
  if (f.name === 'ecn') return ['noecn', 'ect1', 'ect0', 'ce'][f.value] ?? '';
  return String(f.rel ?? f.value);
}

/** The fields in which two packets differ, the shared ones only; and whether one has others. */
export function differing(h: Header): { name: string; was: string; is: string }[] {
  const other = h.against;
  if (!other) return [];
  const nth = (list: HeaderField[]) => {
    const seen: Record<string, number> = {};
    return new Map(
      list.map((f) => {
        const k = `${f.part}.${f.name}`;
        seen[k] = (seen[k] ?? 0) + 1;
        return [`${k}.${seen[k]}`, f];
      }),
    );
  };
  const a = nth(other.fields);
  const b = nth(h.fields);
  const raw = (x: Header, f?: HeaderField) => (f ? `${f.bits} ${bitsOf(x, f)}` : '');
  const show = (x: Header, f?: HeaderField) => (f ? (/checksum$/.test(f.name) ? hexOf(x, f).replace(' ', '') : fieldValue(x, f) || hexOf(x, f)) : t('header.absent'));
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((k) => raw(other, a.get(k)) !== raw(h, b.get(k)))
    .map((k) => ({ name: fieldName((b.get(k) ?? a.get(k)) as HeaderField), was: show(other, a.get(k)), is: show(h, b.get(k)) }));
}
