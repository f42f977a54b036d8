import type { ComponentChildren } from 'preact';
import { t } from '../../../i18n';
import { data } from '../../after';
import { hello, schemas } from '../../state';
import { Value } from '../../ui/Value';
import { counterRef, fieldRef, type Ref, sysctlRef } from './number';
import { goTo } from './words';

interface Props {
  text: string;
  host: string;
  n: number; // after which event it was printed
}

/**
 * What a command printed, with its numbers as ways to their histories: counters,
 * settings, the state and the queues of a socket. Where there is no such number,
 * the event that last changed something on the host is a click away.
 */
export function Printed({ text, host, n }: Props) {
  const at = (hello.value?.hosts ?? []).findIndex((h) => h.name === host);
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((l) => parts(l, at, n));
  const found = lines.some((l) => typeof l !== 'string');
  const last = found ? 0 : lastOn(at, n);
  return (
    <>
      <pre>
        {lines.map((l, i) => (
          <span key={i}>
            {l}
            {'\n'}
          </span>
        ))}
      </pre>
      {last > 0 && /\d/.test(text) && (
        <button type="button" class="link ref" onClick={() => goTo(last)}>
          {t('why.printed-by', { n: last })}
        </button>
      )}
    </>
  );
}

/** The last event up to n that changed something on a host. */
function lastOn(host: number, n: number): number {
  const d = data.value;
  for (let k = n; d && k > d.base; k--) {
    const f = d.frame(k);
    if (f?.host === host && (f.changes?.length || f.counts?.length || f.effects?.length)) return k;
  }
  return 0;
}

/** A line with the numbers in it that answer; as it is when there are none. */
function parts(l: string, host: number, n: number): ComponentChildren {
  const number = (of: Ref, name: string, text: string) => <Value of={of} n={n} name={name} text={text} />;
  const counter = /^(\w+)(\s+)(\d+)(.*)$/.exec(l);
  const i = counter ? (hello.value?.counters ?? []).indexOf(counter[1]) : -1;
  if (counter && i >= 0) return [counter[1], counter[2], number(counterRef(host, i), counter[1], counter[3]), counter[4]];
  const set = /^(net\.[\w.]+)( = )(.+)$/.exec(l);
  if (set) return [set[1], set[2], number(sysctlRef(host, set[1]), set[1], set[3])];
  const ss = /^(.*?)([A-Z][A-Z0-9-]+)(\s+)(\d+)(\s+)(\d+)(\s+)(\S+:\d+)(\s+)(\S+:\d+)(.*)$/.exec(l);
  const s = ss && [...(data.value?.state.subjects.values() ?? [])].find((x) => x.host === host && x.name === `${ss[8]} → ${ss[10]}`);
  if (!ss || !s) return l;
  const field = (name: string) => schemas.value.find(s.schema, name);
  const answer = (name: string, text: string) => (field(name) < 0 ? text : number(fieldRef(s.id, field(name)), schemas.value.field(s.schema, field(name))?.label ?? name, text));
  return [ss[1], answer('State', ss[2]), ss[3], answer('InQueue', ss[4]), ss[5], answer('SndMax', ss[6]), ss[7], ss[8], ss[9], ss[10], ss[11]];
}
