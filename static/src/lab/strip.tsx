import { t } from '../i18n';
import type { Schemas } from '../model/schema';
import type { Subject } from '../proto';

const MOD = 2 ** 32;

/** The sequence space of a sender: what is acknowledged, sent, may be sent, may not. */
export function SendStrip({ s, schemas }: { s: Subject; schemas: Schemas }) {
  const v = (name: string) => schemas.value(s, name);
  const [una, nxt, end, wnd, iss] = [v('SndUna'), v('SndNxt'), v('SndMax'), v('SndWnd'), v('ISS')];
  if (una == null || nxt == null || wnd == null || iss == null) return null;
  const rel = (x: number) => (x - una + MOD) % MOD;
  const sent = Math.min(rel(nxt), 2 ** 31);
  const written = end == null ? sent : Math.max(sent, Math.min(rel(end), 2 ** 31));
  const usable = Math.max(0, wnd - sent);
  const waiting = Math.max(0, written - sent);
  const all = Math.max(1, sent + usable, written);
  const acked = (una - iss + MOD) % MOD;
  if (all <= 1 && acked <= 1) return null;
  const scale = 240 / all;
  const px = (x: number) => Math.round(x * scale * 10) / 10;
  const y = 15;
  const ready = Math.min(waiting, usable);
  const label = t('lab.strip', { acked: Math.max(0, acked - 1), sent, usable, waiting });
  return (
    <svg class="strip" viewBox="0 0 320 48" role="img" aria-label={label}>
      <title>{label}</title>
      <rect class="acked" x="0" y={y} width="36" height="12" />
      <g transform={`translate(38 ${y})`}>
        <rect class="beyond" x="0" y="0" width="282" height="12" />
        <rect class="usable" x="0" y="0" width={px(sent + usable)} height="12" />
        <rect class="sent" x="0" y="0" width={px(sent)} height="12" />
        <rect class="ready" x={px(sent)} y="8" width={px(ready)} height="4" />
        <rect class="stuck" x={px(sent + ready)} y="8" width={px(waiting - ready)} height="4" />
        <path d={`M0 -3V15M${px(sent)} -3V15M${px(sent + usable)} -3V15`} />
      </g>
      <text x="38" y="9">
        UNA {acked}
      </text>
      <text x={Math.min(316, 38 + px(sent))} y="40" text-anchor={px(sent) > 150 ? 'end' : 'start'}>
        NXT {acked + sent}
      </text>
      <text x="318" y="9" text-anchor="end">
        UNA+WND {acked + wnd}
      </text>
    </svg>
  );
}
