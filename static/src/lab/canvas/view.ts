import { lang, t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import { axisEnd } from '../lesson/ask/guess';
import * as s from '../state';

/** What the diagram shows now: for the page, and for a picture of it. */
export function view(d: BranchData) {
  return {
    data: d,
    n: s.n.value,
    rev: s.rev.value,
    hosts: s.hello.value?.hosts ?? [],
    links: s.hello.value?.links ?? [],
    lang: lang.value,
    time: s.time,
    options: s.options.value,
    hideFuture: s.asking.value,
    until: axisEnd(),
    clock: s.clock,
    shown: s.shownHosts.value,
    filter: s.filter.value,
    opened: s.opened.value,
    limits: s.limits.value,
    chosen: s.chosen.value,
    lit: s.lit.value,
    label: t('lab.diagram-label'),
  };
}
