import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { PuzzleState, Run } from '../../proto';
import { keepSolved } from '../../solved';
import { act } from '../act';
import { MovesMade } from '../left/moves';
import type { PuzzleDoc } from '../left/state';
import { Spans } from '../lesson/text';
import { follows } from '../share/state';
import { busy, data, n, playing, rev } from '../state';
import { Refused } from '../stream';
import { ask, order } from '../sync';
import { Icon } from '../ui/Icon';

const SOON = 120; // ms: while it plays, the server is asked now and then

/** A puzzle: what has to come about, what one may do, and how it stands. */
export function PuzzlePanel({ p }: { p: PuzzleDoc }) {
  const [now, setNow] = useState<PuzzleState | null>(null);
  const [hints, setHints] = useState<Run[][]>([]);
  const place = `${data.value?.id}.${n.value}.${rev.value}`;
  useEffect(() => {
    const wait = setTimeout(async () => {
      const s = await how(0);
      if (!s) return;
      setNow(s);
      if (s.solved) keepSolved(p.id, s.moves);
    }, SOON);
    return () => clearTimeout(wait);
  }, [place, playing.value]);
  const hint = async () => {
    const s = await how(hints.length + 1);
    if (s?.hint) setHints([...hints, s.hint]);
  };
  return (
    <div class="about puzzle">
      <h2>{p.title}</h2>
      <p>
        <Spans list={p.story} />
      </p>
      <h3>{t('puzzle.goal')}</h3>
      <p>
        <code>{p.goal}</code>
      </p>
      <h3>{t('puzzle.allowed')}</h3>
      <ul class="may">
        {p.allowed.map((x) => (
          <li key={x}>{x}</li>
        ))}
      </ul>
      <Ops title={t('puzzle.calls')} list={p.calls} />
      <Ops title={t('puzzle.settings')} list={p.settings} start />
      <p class="count">
        <b>{t('puzzle.moves', { n: now?.moves ?? 0, par: p.par })}</b>
      </p>
      <div role="status">{now && <Outcome p={p} s={now} />}</div>
      <div class="row wrap">
        <button type="button" class={now && !now.solved && (now.failed || now.over) ? 'primary' : 'small'} disabled={busy.value || follows.value} onClick={again}>
          {t(now?.failed || now?.over ? 'puzzle.again' : 'puzzle.restart')}
        </button>
        {hints.length < p.hints && (
          <button type="button" class="small" onClick={hint}>
            {t('puzzle.hint', { n: hints.length + 1, of: p.hints })}
          </button>
        )}
        <a href="/puzzles">{t('puzzle.all')}</a>
      </div>
      {hints.map((h, i) => (
        <p key={i} class="hint">
          <Spans list={h} />
        </p>
      ))}
      <MovesMade title={t('left.your-moves')} />
    </div>
  );
}

/** How the puzzle stands here; a hint beside it. */
async function how(hint: number): Promise<PuzzleState | null> {
  try {
    return (await ask({ t: 'puzzle', n: hint })).puzzle ?? null;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return null;
  }
}

/** A fresh branch at the start. */
async function again(): Promise<void> {
  busy.value = true;
  if (await order({ t: 'branch', branch: 0, n: 0 })) await order({ t: 'fork' });
  busy.value = false;
}

/** Operations that are made here by a press; settings belong to the start. */
function Ops({ title, list, start }: { title: string; list: string[]; start?: boolean }) {
  if (!list.length) return null;
  return (
    <>
      <h3>{title}</h3>
      {start && <p class="ref">{t('puzzle.before')}</p>}
      <ul class="may ops">
        {list.map((op) => (
          <li key={op}>
            <button type="button" class="mono" disabled={busy.value || follows.value} onClick={() => void act(op)}>
              {op.replace(/^(call|sysctl) /, '')}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Outcome({ p, s }: { p: PuzzleDoc; s: PuzzleState }) {
  if (s.failed)
    return (
      <p class="wrong">
        {t('puzzle.failed', { n: s.failed })} <Spans list={s.lost ?? []} />
      </p>
    );
  if (!s.solved) return s.over ? <p class="wrong">{t('puzzle.over')}</p> : null;
  const how = s.moves === p.par ? 'puzzle.at-par' : s.moves < p.par ? 'puzzle.below' : 'puzzle.above';
  return (
    <div class="card solved">
      <p>
        <Icon name="check" /> <b>{t('puzzle.solved', { n: s.solved })}</b> {t(how, { par: p.par })}
      </p>
      {s.moves <= p.par && <p>{p.ways > 1 ? t('puzzle.others', { n: p.ways - 1 }) : t('puzzle.no-others')}</p>}
      <h3>{t('puzzle.learned')}</h3>
      <p>
        <Spans list={s.after ?? []} />
      </p>
      {p.next && (
        <p>
          <a class="button primary" href={p.next}>
            {t('puzzle.next')}
          </a>
        </p>
      )}
    </div>
  );
}
