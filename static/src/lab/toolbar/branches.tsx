import { signal } from '@preact/signals';
import { t } from '../../i18n';
import type { Branch } from '../../proto';
import { compare, endComparing } from '../compare/open';
import { asking, branches, data, tip } from '../state';
import { leftAt, order, pause, send } from '../sync';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { Hidden } from '../veil/veil';

const naming = signal(-1);

export function branchName(b: Branch | undefined): string {
  if (!b) return '';
  return b.label || (b.parent < 0 ? t('lab.branch-main') : t('lab.branch-n', { n: b.id }));
}

/** The tree of futures: choose, name, compare. */
export function BranchMenu() {
  const list = branches.value;
  const b = list.find((x) => x.id === data.value?.id);
  const label = (
    <>
      <span class="wide">{t('lab.branch')} </span>
      <b>{branchName(b)}</b>
      {list.length > 1 && <span class="many"> {list.length}</span>}
    </>
  );
  return (
    <Menu command="branches" class="chip" list="tree" label={label} name={t('lab.branches')} title={t('lab.branches')}>
      {(close) => (asking.value ? <Hidden why="veil.why.branches" /> : tree(list).map(([x, depth]) => <Row key={x.id} b={x} depth={depth} close={close} />))}
    </Menu>
  );
}

function Row({ b, depth, close }: { b: Branch; depth: number; close: () => void }) {
  const here = b.id === data.value?.id;
  const end = here ? tip.value : b.tip; // the list is not sent anew with every event
  const name = branchName(b);
  return (
    <div class={`branch${here ? ' here' : ''}`} style={{ '--depth': String(Math.min(depth, 6)) }}>
      {naming.value === b.id ? (
        <Name b={b} />
      ) : (
        <button
          type="button"
          class="branch-go"
          aria-current={here ? 'true' : undefined}
          onClick={() => {
            close();
            endComparing();
            pause();
            void order({ t: 'branch', branch: b.id, n: leftAt(b.id) ?? (forkOf(b) || b.tip) });
          }}
        >
          <b>{name}</b>
          <span class="ref">{b.parent < 0 ? t('lab.branch-events', { n: end }) : t('lab.branch-from', { n: b.step, tip: end })}</span>
        </button>
      )}
      <button
        type="button"
        class="small"
        aria-label={t('lab.rename', { name })}
        title={t('lab.rename', { name })}
        onClick={() => {
          naming.value = naming.value === b.id ? -1 : b.id;
        }}
      >
        <Icon name="pencil" />
      </button>
      {!here && (
        <button
          type="button"
          class="small"
          onClick={() => {
            close();
            void compare(b.id);
          }}
        >
          {t('lab.compare')}
        </button>
      )}
    </div>
  );
}

/** Where this branch forks to the one shown, if it does: one goes back to there, not to where it leads. */
function forkOf(b: Branch): number | null {
  const all = branches.peek();
  for (let x = all.find((y) => y.id === data.peek()?.id); x; x = all.find((y) => y.id === x?.parent)) if (x.parent === b.id) return x.step;
  return null;
}

function Name({ b }: { b: Branch }) {
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        const text = new FormData(e.currentTarget).get('name');
        naming.value = -1;
        void send({ t: 'label', branch: b.id, text: String(text ?? '') });
      }}
    >
      <input name="name" aria-label={t('lab.branch-name')} defaultValue={b.label} maxLength={60} />
    </form>
  );
}

function tree(list: Branch[]): [Branch, number][] {
  const out: [Branch, number][] = [];
  const walk = (parent: number, depth: number) => {
    for (const b of list.filter((x) => x.parent === parent)) {
      out.push([b, depth]);
      walk(b.id, depth + 1);
    }
  };
  walk(-1, 0);
  return out;
}
