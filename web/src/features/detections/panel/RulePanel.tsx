import { ActionIcon, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { memo, useEffect } from 'react';
import { ApiError } from '@/api/client';
import { ruleQuery } from '@/data/detections/rules';
import { addressOf, AppLink } from '@/ui/AppLink';
import { announce } from '@/ui/announce';
import { Boundary } from '@/ui/Boundary';
import { copyText } from '@/ui/CopyButton';
import { Heading, usePanelIsPage } from '@/ui/PanelHeading';
import { IconChevronLeft, IconChevronRight, IconLink, IconPencil, IconX } from '@/ui/icons';
import { Later } from '@/ui/Later';
import { PanelFrame } from '@/ui/PanelFrame';
import { EmptyState, ErrorState, Skeleton } from '@/ui/states';
import { count } from '@/ui/timeText';
import { neighbourIn, useBeside } from '@/ui/useBeside';
import { useZone } from '@/ui/zone';
import { BacktestSection } from '../backtest/BacktestSection';
import { LevelBadge, StateBadge } from '../Badges';
import { useRulesView } from '../context';
import { ExamplesSection } from './ExamplesSection';
import { HistorySection } from './HistorySection';
import { MatchesSection } from './MatchesSection';
import { MeaningSection, OriginSection } from './MeaningSection';
import { StateCallout } from './StateCallout';
import { TextSection } from './TextSection';
import classes from './panel.module.css';

/** Everything about one rule, beside the list. Its address is its own. */
export function RulePanel() {
  const { ruleId } = useParams({ from: '/app/detections/$ruleId' });
  const { ids, open, close } = useRulesView();
  const { shown, before, after, step } = useBeside({
    what: 'rule',
    id: ruleId,
    neighbour: (id, by) => neighbourIn(ids, id, by),
    onGo: (id) => {
      open(id, true);
    },
    onClose: close,
    says: 'Previous and next rule',
  });
  return shown === null ? null : <Panel ruleId={shown} before={before} after={after} onStep={step} />;
}

const Panel = memo(function Panel({ ruleId, before, after, onStep }: { ruleId: string; before: boolean; after: boolean; onStep: (by: -1 | 1) => void }) {
  useZone();
  const { ids, rules, close } = useRulesView();
  const query = useQuery(ruleQuery(ruleId));
  // The list knows most of it already: the panel opens at once and fills in.
  const known = query.data?.rule ?? rules.get(ruleId);
  const rule = known?.id === ruleId ? known : undefined;
  const title = rule?.attributes.title;
  const heading = usePanelIsPage() ? 'h1' : 'h2';
  const position = ids.indexOf(ruleId);
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · Picket`;
  }, [title]);

  const closeButton = (
    <ActionIcon variant="subtle" color="gray" aria-label="Close" title="Close  Esc" onClick={close}>
      <IconX size={18} aria-hidden />
    </ActionIcon>
  );
  if (!rule) {
    const missing = query.error instanceof ApiError && query.error.status === 404;
    return (
      <PanelFrame label="Rule">
        <header className={classes['head']}>
          <span className={classes['spacer']} />
          {closeButton}
        </header>
        {missing ? (
          <EmptyState
            heading={heading}
            title="This rule does not exist"
            text="It was deleted or renamed, its file is gone, or the address is mistyped."
            action={
              <Button variant="default" onClick={close}>
                Show all rules
              </Button>
            }
          />
        ) : query.error ? (
          <ErrorState heading={heading} title="The rule could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <div className={classes['loading']} aria-busy="true">
            <Heading level={2} className="pk-hidden">
              Loading rule
            </Heading>
            <Skeleton width="50%" height={18} />
            <Skeleton height={60} />
            <Skeleton height={120} />
          </div>
        )}
      </PanelFrame>
    );
  }
  const { own_rule_id: own, origin } = rule.attributes;
  return (
    <PanelFrame label={rule.attributes.title}>
      <header className={classes['head']}>
        <ActionIcon variant="subtle" color="gray" aria-label="Previous rule" title="Previous rule  [" disabled={!before} onClick={() => { onStep(-1); }}>
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label="Next rule" title="Next rule  ]" disabled={!after} onClick={() => { onStep(1); }}>
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        {position >= 0 && (
          <span className="pk-muted pk-num">
            {count(position + 1)} of {count(ids.length)}
          </span>
        )}
        <span className={classes['spacer']} />
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Copy link"
          title="Copy link to this rule"
          onClick={() => {
            void copyText(`${window.location.origin}/detections/${encodeURIComponent(rule.id)}`).then((done) => {
              announce(done ? 'Copied the link.' : 'The browser did not let Picket copy the link.', done ? 'ok' : 'bad');
            });
          }}
        >
          <IconLink size={17} aria-hidden />
        </ActionIcon>
        {own !== null ? (
          <Button component={AppLink} href={`/detections/write/${encodeURIComponent(own)}`} size="xs" variant="default" leftSection={<IconPencil size={15} aria-hidden />}>
            Edit rule
          </Button>
        ) : (
          origin !== 'own' && query.data?.rule.attributes.text !== undefined && (
            <Button component={AppLink} href={addressOf('/detections/write', { from: rule.id })} size="xs" variant="default" leftSection={<IconPencil size={15} aria-hidden />}>
              Copy as a new rule
            </Button>
          )
        )}
        {closeButton}
      </header>
      <div className={classes['scroll']} key={rule.id}>
        <div className={classes['title']}>
          <Heading level={2}>
            <bdi>{rule.attributes.title}</bdi>
          </Heading>
          <LevelBadge level={rule.attributes.level} />
          {/* The callout below says the rest. */}
          <StateBadge rule={rule} brief />
        </div>
        <StateCallout rule={rule} />
        {rule.attributes.state === 'broken' ? (
          // It has no meaning and no matches, and no name under which a history could have been kept.
          <Boundary of={rule.id}>
            <OriginSection rule={rule} />
            <TextSection rule={rule} error={query.error} onRetry={() => void query.refetch()} />
          </Boundary>
        ) : (
          <>
            <Boundary of={rule.id}>
              <MeaningSection rule={rule} loading={query.isPending} />
            </Boundary>
            <Boundary of={rule.id}>
              <MatchesSection rule={rule} />
            </Boundary>
            <Later>
              <Boundary of={rule.id}>
                <BacktestSection of={{ ruleId: rule.id }} />
              </Boundary>
              <Boundary of={rule.id}>
                <TextSection rule={rule} error={query.error} onRetry={() => void query.refetch()} />
                <ExamplesSection rule={rule} />
              </Boundary>
              <Boundary of={rule.id}>
                <HistorySection ruleId={rule.id} />
              </Boundary>
            </Later>
          </>
        )}
      </div>
    </PanelFrame>
  );
});
