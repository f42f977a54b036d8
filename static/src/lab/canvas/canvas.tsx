import { signal } from '@preact/signals';
import type { Item, Layout } from '../../diagram/sheet';
import { Diagram } from '../../diagram/view';
import { t } from '../../i18n';
import { act, choose } from '../act';
import { axisEnd } from '../lesson/ask/guess';
import { there, turned } from '../lesson/steer';
import { say } from '../notes';
import { narrow, show } from '../phone/narrow';
import * as s from '../state';
import { Tools } from '../toolbar/tools';
import { Icon } from '../ui/Icon';
import { Later } from '../ui/later';
import { ActionBar } from './actions';
import { Asked, askAbout } from './asked';
import { Below, Stage } from './stage';
import { EventTable } from './table';
import { view } from './view';

const laid = signal<Layout | null>(null);

/** The middle of the page: the diagram, or the same as a table. */
export function Canvas() {
  const d = s.data.value;
  if (!d) return <div class="canvas" />;
  if (turned.value) {
    return (
      <section class="canvas" aria-label={t('lab.diagram')}>
        <Later>{(m) => <m.ParamView />}</Later>
      </section>
    );
  }
  return (
    <section class="canvas" aria-label={t('lab.diagram')}>
      {!narrow.value && there('diagram') && <Tools />}
      {there('diagram') && <Standing />}
      {!there('diagram') ? (
        <p class="veil only">
          <span>{t('lesson.only')}</span>
        </p>
      ) : s.table.value ? (
        <EventTable />
      ) : (
        <Stage laid={laid}>
          <Diagram
            {...view(d)}
            choose={pick}
            hover={(item) => {
              if (s.hovered.peek()?.key !== item?.key) s.hovered.value = item;
            }}
            grab={(packet) => {
              if (packet && !narrow.peek()) s.bar.value = null; // a narrow page has it in its sheet
            }}
            drag={drag}
            laid={(l) => {
              laid.value = l;
            }}
          >
            <ActionBar laid={laid} />
            {axisEnd() !== undefined && <Later>{(m) => <m.Ghost laid={laid} />}</Later>}
            <Asked />
          </Diagram>
        </Stage>
      )}
      <Below />
    </section>
  );
}

/** What a click, the focus or Enter on something in the diagram does. */
function pick(item: Item | null, how: 'click' | 'focus' | 'menu' | 'enter'): void {
  if (!item) {
    choose(null);
    return;
  }
  choose(item);
  if (how === 'focus') {
    if (s.bar.peek()?.packet !== item.packet) s.bar.value = null;
    return;
  }
  if (item.group) {
    s.opened.value = new Set([...s.opened.peek(), item.group]);
    choose({ key: `p${item.group}`, n: item.n, packet: item.group });
    return;
  }
  s.tab.value = 'why';
  if (item.number && askAbout(item)) return;
  s.bar.value = item.packet ? { packet: item.packet, mode: '' } : null;
  if (!item.packet && narrow.peek()) show('inspect');
}

/** The head of an arrow was put down at another instant. */
function drag(id: number, arrive: number): void {
  const p = s.data.peek()?.state.packets.get(id)?.packet;
  if (!p || p.arrive === null) return;
  const by = arrive - p.arrive;
  if (by > 0) void act(`delay packet ${id} by ${Math.round(by / 1e6)}ms`);
  else say('lab.drag-back');
}

/** Rules for segments to come, each to be taken back. */
function Standing() {
  void s.rev.value;
  void s.n.value;
  const list = s.data.value?.state.rules ?? [];
  if (!list.length) return null;
  return (
    <ul class="standing" aria-label={t('lab.standing')}>
      {list.map((r) => (
        <li key={r.n} class="chip">
          <span class="mono">{r.text}</span> <span class="quiet">{t('lab.hits', { n: r.hits })}</span>
          <button type="button" class="link" aria-label={t('lab.forget', { rule: r.text })} title={t('lab.forget', { rule: r.text })} onClick={() => act(`forget rule ${r.n}`)}>
            <Icon name="x" />
          </button>
        </li>
      ))}
    </ul>
  );
}
