import { signal } from '@preact/signals';
import { Diagram } from '../diagram/view';
import { lang, t } from '../i18n';
import type { Drawn } from './state';

const still = signal<number | null>(null);
const none: ReadonlySet<string> = new Set();

/** The run as far as it may be seen. */
export function Figure({ d }: { d: Drawn }) {
  const { hello, data } = d.run;
  if (data.history.tracks.length === 0) return null; // nothing to be seen yet
  return (
    <div class="card figure">
      <Diagram
        data={data}
        n={data.tip}
        rev={0}
        hosts={hello.hosts}
        links={hello.links}
        lang={lang.value}
        options={false}
        hideFuture
        clock={still}
        chosen={null}
        lit={none}
        stay
        label={t('lab.diagram-label')}
      />
    </div>
  );
}
