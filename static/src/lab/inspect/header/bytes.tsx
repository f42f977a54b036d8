import type { Header, HeaderField } from '../../../proto';
import { bitsOf, fieldName, fieldValue, hexOf } from './words';

interface Props {
  h: Header;
  fields: HeaderField[]; // one after the other, without a gap
  from: number; // the byte that is counted as 0
  bits: boolean;
  at: HeaderField | null;
  pick: (f: HeaderField) => void;
}

interface Line {
  byte: number;
  boxes: HeaderField[];
}

/** Bytes four to a line, each field a box, its value beside it. */
export function Bytes({ h, fields, from, bits, at, pick }: Props) {
  const lines: Line[] = [];
  for (const f of fields) {
    const byte = from + Math.floor(((f.at >> 3) - from) / 4) * 4;
    const last = lines[lines.length - 1];
    if (last && last.byte === byte) last.boxes.push(f);
    else lines.push({ byte, boxes: [f] });
  }
  return (
    <div class={`bytes${bits ? ' bits' : ''}`}>
      {lines.map((l) => (
        <div key={l.byte} class="byte-line">
          <span class="offset">{l.byte - from}</span>
          <span class="boxes">
            {l.boxes
              .filter((f) => bits || f.name !== 'reserved')
              .map((f) => (
                <button
                  key={f.at}
                  type="button"
                  class={`box mono${f.wrong ? ' bad' : ''}`}
                  data-at={f.at}
                  tabIndex={at === f || (!at && f === fields[0]) ? 0 : -1}
                  aria-pressed={at === f}
                  aria-label={`${fieldName(f)} ${fieldValue(h, f)}`}
                  onClick={() => pick(f)}
                >
                  {text(h, f, bits)}
                </button>
              ))}
          </span>
          <span class="means">
            {l.boxes
              .filter((f) => f.name !== 'reserved')
              .map((f) => (
                <span key={f.at} class={at === f ? 'on' : ''}>
                  {fieldName(f)} {!isHead(f) && <b class={f.wrong ? 'wrong' : ''}>{fieldValue(h, f)}</b>}
                </span>
              ))}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Kind and length of an option: its name says enough. */
const isHead = (f: HeaderField) => f.part === 'option' && f.bits === 16 && f.name !== 'mss-value' && !f.wrong;

/** Half-bytes of a header are shown as the digits that they are. */
function text(h: Header, f: HeaderField, bits: boolean): string {
  if (bits) return bitsOf(h, f).replace(/(.{8})(?=.)/g, '$1 ');
  if (f.at % 8 === 0 && f.bits % 8 === 0) return hexOf(h, f);
  if (f.name === 'flags') return h.hex.slice((f.at - 3) / 4, (f.at + f.bits) / 4); // with the reserved bits before it
  if (f.at % 4 === 0 && f.bits % 4 === 0) return h.hex.slice(f.at / 4, (f.at + f.bits) / 4);
  return bitsOf(h, f);
}
