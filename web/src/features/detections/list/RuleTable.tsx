import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import type { DetectionRule } from '@/api/types';
import type { GlossaryKey } from '@/glossary';
import { addressOf, AppLink } from '@/ui/AppLink';
import { IconArrowDown, IconArrowUp, IconFilter } from '@/ui/icons';
import { Skeleton } from '@/ui/states';
import { Meaning } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { TitleHere } from '@/ui/TitleHere';
import { count } from '@/ui/timeText';
import { useMedia } from '@/ui/useMedia';
import { useVirtualRows } from '@/ui/useVirtualRows';
import { bringIntoSight, keepInSight } from '@/ui/virtualScroller';
import { LevelBadge, StateBadge } from '../Badges';
import { useRulesView } from '../context';
import { parseSort, type RulesSearch, type SortKey, sortText, turned } from '../search';
import { useWalk } from './useWalk';
import { costText, countBrief, filtersText, inOrder, sourceOf, tacticName, technologyOf } from '../words';
import classes from './list.module.css';

interface Column {
  key: SortKey | 'tactics';
  title: string;
  term?: GlossaryKey;
  width?: number;
  /** Where the window is wide and no panel stands beside the list. */
  roomy?: number;
  roomyTitle?: string;
  /** Of what, before the title: there where it fits (list.module.css). */
  of?: string;
}

const columns: Column[] = [
  { key: 'title', title: 'Rule', term: 'detection_rule' },
  { key: 'level', title: 'Level', term: 'rule_level', width: 116 },
  { key: 'state', title: 'State', term: 'rule_state', width: 96, roomy: 250 },
  { key: 'technology', title: 'Technology', term: 'log_source', width: 92 },
  { key: 'tactics', title: 'Tactics', term: 'tactic', width: 128, roomy: 260 },
  { key: 'matches_24h', title: '24 h', of: 'Matches', term: 'matches_24h', width: 118 },
  { key: 'matches_30d', title: '30 days', of: 'Matches', term: 'matches_30d', width: 84, roomy: 138 },
  { key: 'last_match', title: 'Last match', term: 'last_match', width: 100 },
  { key: 'cost', title: 'Cost', roomyTitle: 'Cost / event', term: 'rule_cost', width: 88, roomy: 116 },
];

const rowHeight = 40;
const cardHeight = 92;
const headHeight = 36;

export function RuleTable({ loading, selected, onSearch }: {
  loading: boolean;
  selected: string | undefined;
  onSearch: (search: RulesSearch) => void;
}) {
  const { ids, rules, search, open } = useRulesView();
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useMedia('(max-width: 640px)');
  const technologyShown = useMedia('(min-width: 1100px)');
  const roomy = useMedia('(min-width: 1600px)') && selected === undefined;
  const estimateSize = useCallback(() => (cards ? cardHeight : rowHeight), [cards]);
  const getItemKey = useCallback((index: number) => ids[index] ?? index, [ids]);
  const { virtual, items, before, after } = useVirtualRows({ scroller, count: ids.length, estimateSize, getItemKey, head: cards ? 0 : headHeight });
  const selectedIndex = selected === undefined ? -1 : ids.indexOf(selected);
  useEffect(() => {
    keepInSight(virtual, selectedIndex);
    // Only when another rule is opened: what comes live must not scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, virtual]);
  useWalk(scroller, ids.length, (index) => {
    bringIntoSight(virtual, index);
  });
  const openRow = useCallback((id: string) => {
    open(id, false);
  }, [open]);
  const here = useTechnologyTold(rules, technologyShown && selected === undefined);
  return (
    <div className={classes['box']}>
      {/* While nothing in it takes the focus, a keyboard can still scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} className={classes['scroller']} tabIndex={loading ? 0 : -1}>
        <table className={classes['table']} aria-label="Rules" data-roomy={roomy} aria-rowcount={ids.length + 1} aria-busy={loading}>
          <Head search={search} roomy={roomy} onSearch={onSearch} />
          <tbody>
            {before > 0 && <tr aria-hidden className={classes['spacer']} style={{ height: before }} />}
            {loading
              ? Array.from({ length: 12 }, (_, index) => <SkeletonRow key={index} />)
              : items.map((item) => {
                  const id = ids[item.index];
                  const rule = id === undefined ? undefined : rules.get(id);
                  return rule ? (
                    <Row
                      key={rule.id}
                      rule={rule}
                      index={item.index}
                      href={addressOf(`/detections/${encodeURIComponent(rule.id)}`, search)}
                      open={rule.id === selected}
                      here={here}
                      onOpen={openRow}
                    />
                  ) : null;
                })}
            {after > 0 && <tr aria-hidden className={classes['spacer']} style={{ height: after }} />}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Where its column stands, or where there is only one. */
function useTechnologyTold(rules: ReadonlyMap<string, DetectionRule>, column: boolean): boolean {
  const many = useMemo(() => new Set([...rules.values()].map(technologyOf).filter(Boolean)).size, [rules]);
  return column || many < 2;
}

const Row = memo(function Row({ rule, index, href, open, here, onOpen }: {
  rule: DetectionRule;
  index: number;
  href: string;
  open: boolean;
  /** Its technology can be told without its title. */
  here: boolean;
  onOpen: (id: string) => void;
}) {
  const { attributes } = rule;
  const tactics = inOrder(attributes.tactics).map(tacticName).join(', ');
  const source = sourceOf(rule);
  const narrowed = filtersText(rule);
  return (
    // The title's link is what a keyboard uses; the rest of the row is only a larger target for a mouse.
     
    <tr
      data-index={index}
      data-selected={open}
      data-state={attributes.state}
      aria-rowindex={index + 2}
      className={classes['row']}
      onClick={(event) => {
        const on = event.target as HTMLElement;
        if (on.closest('a, button') === null && window.getSelection()?.isCollapsed !== false) onOpen(rule.id);
      }}
    >
      <th scope="row" data-col="title" title={attributes.title}>
        <span className={classes['named']}>
          <AppLink href={href} className={classes['title']} aria-current={open ? 'true' : undefined}>
            <bdi>
              <TitleHere title={attributes.title} technology={here ? technologyOf(rule) : null} />
            </bdi>
          </AppLink>
          {narrowed !== null && (
            // An icon, so that the name keeps the room; the panel says the same in words.
            <span className={classes['filtered']} data-moment={`Narrowed by ${narrowed}. Filters take matches away from the rule.`}>
              <IconFilter size={14} aria-hidden />
              <span className="pk-hidden">filtered</span>
            </span>
          )}
        </span>
      </th>
      <td data-col="level">
        <LevelBadge level={attributes.level} />
      </td>
      <td data-col="state">
        <StateBadge rule={rule} />
      </td>
      <td data-col="technology" title={source}>
        <bdi>{technologyOf(rule)}</bdi>
      </td>
      <td data-col="tactics" title={tactics}>
        {tactics}
      </td>
      <td data-col="matches_24h" data-label="24 h">
        <Count value={attributes.matches_24h} />
      </td>
      <td data-col="matches_30d" data-label="30 days">
        <Count value={attributes.matches_30d} />
      </td>
      <td data-col="last_match" data-label="last match">
        <Ago time={attributes.last_match_at} />
      </td>
      <td data-col="cost">
        {attributes.cost_ns_per_event === null ? (
          <span className="pk-muted" title={attributes.kind === 'correlation' ? 'A correlation looks at matches only' : 'Not measured yet'}>
            –
          </span>
        ) : (
          <span title={`${count(attributes.cost_ns_per_event)} ns for one event`}>{costText(attributes.cost_ns_per_event)}</span>
        )}
      </td>
    </tr>
  );
});

function Count({ value }: { value: number }) {
  return value === 0 ? <span className="pk-muted">0</span> : <span title={count(value)}>{countBrief(value)}</span>;
}

function SkeletonRow() {
  return (
    <tr className={classes['row']} aria-hidden>
      {columns.map(({ key }) => (
        <td key={key} data-col={key}>
          <Skeleton width={key === 'title' ? '60%' : '70%'} />
        </td>
      ))}
    </tr>
  );
}

/** Sorting by a click on a column's head; a click on the sorted one turns it round. */
function Head({ search, roomy, onSearch }: { search: RulesSearch; roomy: boolean; onSearch: (search: RulesSearch) => void }) {
  const sort = parseSort(search.sort);
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ key, title, term, of, ...column }) => {
          const width = (roomy ? column.roomy : undefined) ?? column.width;
          const active = sort.key === key;
          return (
            <th
              key={key}
              scope="col"
              data-col={key}
              style={width === undefined ? undefined : { width }}
              aria-sort={key === 'tactics' ? undefined : active ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            >
              {key === 'tactics' ? (
                <Meaning of={term}>
                  {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the meaning must be reachable by keyboard */}
                  <span tabIndex={0}>{title}</span>
                </Meaning>
              ) : (
                <Meaning of={term}>
                  <button
                    type="button"
                    className={classes['sort']}
                    onClick={() => {
                      const { sort: _, ...rest } = search;
                      const text = sortText(turned(sort, key));
                      onSearch(text === undefined ? rest : { ...rest, sort: text });
                    }}
                  >
                    <span className={classes['headWords']}>
                      {of !== undefined && <span className={classes['of']}>{of} </span>}
                      {(roomy ? column.roomyTitle : undefined) ?? title}
                    </span>
                    {active && (sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
                  </button>
                </Meaning>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
