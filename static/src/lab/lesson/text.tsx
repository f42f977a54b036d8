import { lesson, level } from '../state';
import type { Block, Span } from './doc';

export function Spans({ list }: { list: Span[] }) {
  return (
    <>
      {(list ?? []).map((s, i) => {
        const key = i;
        if (s.t !== undefined) return s.t;
        if (s.kind) {
          return (
            <b key={key} class={`kind k-${s.kind.toLowerCase()}`}>
              {s.kind}
            </b>
          );
        }
        if (s.v !== undefined) return <b key={key}>{lesson.value?.values?.find((x) => x.name === s.v)?.text ?? '…'}</b>;
        if (s.code !== undefined) return <code key={key}>{s.code}</code>;
        if (s.b !== undefined) return <b key={key}>{s.b}</b>;
        if (s.i !== undefined) return <i key={key}>{s.i}</i>;
        if (s.kbd !== undefined) return <kbd key={key}>{s.kbd}</kbd>;
        if (s.a !== undefined) {
          const out = /^https?:/.test(s.href ?? '');
          return (
            <a key={key} href={s.href} rel={out ? 'noreferrer' : undefined} target="_blank">
              {s.a}
            </a>
          );
        }
        return null;
      })}
    </>
  );
}

export function Blocks({ list }: { list?: Block[] }) {
  const show = (b: Block) => !b.level || b.level === level.value || (b.level === 'student' && level.value === 'engineer');
  return (
    <>
      {(list ?? []).filter(show).map((b, i) => {
        const items = (l: Span[][]) =>
          l.map((s, k) => (
            <li key={k}>
              <Spans list={s} />
            </li>
          ));
        if (b.ul) return <ul key={i}>{items(b.ul)}</ul>;
        if (b.ol) return <ol key={i}>{items(b.ol)}</ol>;
        return (
          <p key={i}>
            <Spans list={b.p ?? []} />
          </p>
        );
      })}
    </>
  );
}
