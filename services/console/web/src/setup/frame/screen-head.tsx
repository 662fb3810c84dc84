import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { directory } from '../../directory.ts';
import { zoneText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { hasNavigated } from '../../router.ts';
import { now } from '../../time/clock.ts';

interface ScreenHeadProps {
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** Links above the heading. */
  readonly crumbs?: ComponentChildren;
}

/** The heading of a screen of set-up, with the zone of its times. It names the window, and takes the focus when one comes from another screen. */
export function ScreenHead({ title, lead, crumbs }: ScreenHeadProps) {
  const zone = directory.value.tenantTimeZone;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated()) heading.current?.focus();
  }, []);
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title]);
  return (
    <div class="page-head">
      <div>
        {crumbs && <nav class="crumbs">{crumbs}</nav>}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p class="muted lead">{lead}</p>}
      </div>
      <p class="muted">{t('day.timesIn', { zone: zoneText(zone, now.value) })}</p>
    </div>
  );
}
