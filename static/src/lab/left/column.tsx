import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import { data } from '../state';
import { Later } from '../ui/later';
import { About } from './about';
import { brought, resumes } from './draft';
import { MovesMade } from './moves';
import { leftTab, leftTabs, loadScene, type PuzzleDoc, sceneDoc } from './state';
import { SceneText } from './text';

/** The left column of a free scene: one of its tabs at a time. */
export function LeftColumn({ session }: { session: string }) {
  const now = leftTab.value;
  const doc = sceneDoc.value;
  useEffect(() => {
    if (resumes(session)) leftTab.value = 'text';
    if (!sceneDoc.peek()) void loadScene(session).then(openOwn);
  }, [session]);
  const other = data.value && runsOther(data.value) ? data.value.id : -1;
  useEffect(() => {
    if (other >= 0 && !sceneDoc.peek()?.texts?.some((x) => x.b === other)) void loadScene(session);
  }, [session, other]);
  return (
    <div class={`free tab-${now}`}>
      <div class="tabs" role="tablist" aria-label={t('left.column')} onKeyDown={turn}>
        {leftTabs.map((x) => (
          <button
            key={x}
            id={`left-${x}`}
            type="button"
            role="tab"
            aria-selected={x === now}
            aria-controls="left-panel"
            tabIndex={x === now ? 0 : -1}
            onClick={() => {
              leftTab.value = x;
            }}
          >
            {t(x === 'about' && doc?.puzzle ? 'puzzle.tab' : `left.${x}`)}
          </button>
        ))}
      </div>
      <div id="left-panel" class="left-panel" role="tabpanel" aria-labelledby={`left-${now}`} tabIndex={now === 'text' ? undefined : 0}>
        {!doc && <p class="ref">{t('lab.loading')}</p>}
        {doc && now === 'about' && (doc.puzzle ? <Puzzle p={doc.puzzle} /> : <About doc={doc} />)}
        {doc && now === 'text' && <SceneText doc={doc} session={session} />}
        {doc && now === 'moves' && <MovesMade title={t('left.your-moves')} />}
      </div>
    </div>
  );
}

/** Whether a branch begins with another text than the scene's. */
const runsOther = (d: BranchData): boolean => (d.before[0]?.op ?? d.frame(1)?.name ?? '').startsWith('scene ');

const Puzzle = ({ p }: { p: PuzzleDoc }) => <Later>{(m) => <m.PuzzlePanel p={p} />}</Later>;

/** What somebody has just brought opens with its text, where there is room beside the run. */
function openOwn(): void {
  if (brought && sceneDoc.peek()?.own && matchMedia('(min-width: 900px)').matches) leftTab.value = 'text';
}

function turn(e: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!by) return;
  e.preventDefault();
  e.stopPropagation();
  leftTab.value = leftTabs[(leftTabs.indexOf(leftTab.peek()) + by + leftTabs.length) % leftTabs.length];
  (e.currentTarget.children[leftTabs.indexOf(leftTab.peek())] as HTMLElement).focus();
}
