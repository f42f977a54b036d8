import { useState } from 'preact/hooks';
import { t } from '../../../i18n';

/** The engine's code behind a rule, as GET /api/code/RULE tells it. */
interface Code {
  linux?: string;
  functions: { file: string; line: number; text: string; enter: number[] }[];
}

const had = new Map<string, Code>();

/** The functions that record a rule, fetched when it is opened. */
export function CodeOf({ rule }: { rule: string }) {
  const [code, setCode] = useState<Code | null>(had.get(rule) ?? null);
  const [failed, setFailed] = useState(false);
  const open = async (on: boolean) => {
    if (!on || code) return;
    const r = await fetch(`/api/code/${encodeURIComponent(rule)}`).catch(() => null);
    setFailed(!r?.ok);
    if (!r?.ok) return;
    const got: Code = await r.json();
    had.set(rule, got);
    setCode(got);
  };
  return (
    <details class="code" onToggle={(e) => void open(e.currentTarget.open)}>
      <summary>{t('why.code')}</summary>
      {failed && <p class="wrong">{t('why.code-failed')}</p>}
      {code && (
        <>
          <p class="ref">
            {t('why.code-lead', { n: code.functions.length })} {code.linux && t('why.code-linux', { name: `${code.linux}()` })}
          </p>
          {code.functions.map((f) => (
            <Listing key={`${f.file}.${f.line}`} {...f} />
          ))}
        </>
      )}
    </details>
  );
}

function Listing({ file, line, text, enter }: Code['functions'][number]) {
  const lines = text.split('\n');
  const wide = String(line + lines.length).length;
  return (
    <figure>
      <figcaption class="mono">
        {file}:{line}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre tabIndex={0} lang="en" role="region" aria-label={t('why.code-label', { file })}>
        {lines.map((x, i) => (
          <span key={i} class={enter.includes(line + i) ? 'here' : ''}>
            {`${enter.includes(line + i) ? '▸' : ' '}${String(line + i).padStart(wide)}  ${x.replace(/\t/g, '  ')}\n`}
          </span>
        ))}
      </pre>
    </figure>
  );
}
