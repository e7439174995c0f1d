import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { ApiError } from '@/api/client';
import { ruleListQuery } from '@/data/detections/rules';
import { useSavedFilters } from '@/data/preferences/preferences';
import { BrokenAddress, forgetBroken } from '@/ui/BrokenAddress';
import { AddFilter, FilterChips } from '@/ui/filters/FilterBar';
import { SavedFilters } from '@/ui/filters/SavedFilters';
import { withoutFilters } from '@/ui/filters/filters';
import { useListStands } from '@/ui/besideList';
import { focusLinkTo } from '@/ui/focusKept';
import { IconPlus, IconSearchOff } from '@/ui/icons';
import { SearchBox } from '@/ui/SearchBox';
import { EmptyState, ErrorState } from '@/ui/states';
import { ListFoot } from '@/ui/ListFoot';
import { count } from '@/ui/timeText';
import { useZone } from '@/ui/zone';
import { RulesViewContext, type RulesView } from './context';
import { fieldWords, filterFields } from './fields';
import { RuleTable } from './list/RuleTable';
import { area, filterKeys, type FilterKey, type RulesSearch } from './search';
import { StateCounts } from './StateCounts';
import { useOrder } from './useOrder';
import classes from './detections.module.css';

/** Detections: every rule, and the panel of one. Everything about the view stands in the address. */
export function DetectionsPage() {
  useListStands('rule');
  useZone();
  const search = useSearch({ from: '/app/detections' });
  const { ruleId } = useParams({ strict: false });
  const navigate = useNavigate();
  const query = useQuery(ruleListQuery);
  const rules = useMemo(() => query.data && new Map(query.data.map((rule) => [rule.id, rule])), [query.data]);
  const ids = useOrder(rules, search);
  const fields = useMemo(() => filterFields(query.data ?? []), [query.data]);

  useEffect(() => {
    if (ruleId === undefined) document.title = 'Detections · Picket';
  }, [ruleId]);
  const shown = useRef(ruleId);
  useEffect(() => {
    const closed = ruleId === undefined ? shown.current : undefined;
    shown.current = ruleId;
    if (closed !== undefined) focusLinkTo(`/detections/${encodeURIComponent(closed)}`);
  }, [ruleId]);

  const onSearch = useCallback(
    (next: RulesSearch, replace = false) => {
      forgetBroken(area);
      void navigate({ to: '.', search: () => next, replace });
    },
    [navigate],
  );
  const view = useMemo<RulesView>(
    () => ({
      ids,
      rules: rules ?? new Map(),
      search,
      open: (id, replace) => {
        void navigate({ to: '/detections/$ruleId', params: { ruleId: id }, search: (previous) => previous, replace });
      },
      close: () => {
        void navigate({ to: '/detections', search: (previous) => previous });
      },
    }),
    [ids, rules, search, navigate],
  );
  const setField = (key: string, text: string | undefined): void => {
    const { [key as FilterKey]: _, ...rest } = search;
    onSearch(text === undefined ? rest : { ...rest, [key]: text });
  };
  // Who may not read rules may not write them.
  const forbidden = query.error instanceof ApiError && query.error.status === 403;
  const total = query.data?.length ?? 0;
  const filtered = filterKeys.some((key) => search[key] !== undefined);
  const narrowed = search.q !== undefined || filtered;
  return (
    <RulesViewContext value={view}>
      <div className={classes['split']} data-panel={ruleId !== undefined}>
        <section className={classes['page']} aria-labelledby="detections-title">
          <div className={classes['head']}>
            <h1 id="detections-title">Detections</h1>
            {!forbidden && (
              <Button component={Link} to="/detections/write" leftSection={<IconPlus size={16} aria-hidden />}>
                Write a rule
              </Button>
            )}
          </div>
          <div className={classes['tools']}>
            <SearchBox
              label="Search rules"
              placeholder="Title, tag, technique"
              says="Search the rules"
              text={search.q ?? ''}
              onText={(q) => {
                const { q: _, ...rest } = search;
                onSearch(q === '' ? rest : { ...rest, q }, true);
              }}
            />
            <AddFilter fields={fields} values={search} onChange={setField} />
            <Views search={search} onSearch={onSearch} />
            <StateCounts rules={query.data} shown={search.state} onChange={(text) => { setField('state', text); }} />
          </div>
          <div className={classes['chips']}>
            <FilterChips fields={fields} values={search} onChange={setField} onClear={() => { onSearch(withoutFilters(search, filterKeys)); }} />
          </div>
          <div className={classes['notice']}>
            <BrokenAddress area={area} label={(key) => (key === 'sort' ? 'Sort' : fieldWords[key as FilterKey])} />
          </div>
          {query.error && query.data === undefined ? (
            <ErrorState title="The rules could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
          ) : query.isSuccess && ids.length === 0 ? (
            <Nothing narrowedBy={[search.q !== undefined && 'this search', filtered && 'these filters'].filter(Boolean).join(' and ')} total={total} onClear={() => { onSearch({}); }} />
          ) : (
            <RuleTable loading={query.isPending} selected={ruleId} onSearch={onSearch} />
          )}
          <ListFoot walks={ids.length > 0}>
            <span aria-live="polite">
              {/* What is not known is not zero. */}
              {query.data !== undefined && `${narrowed ? `${count(ids.length)} of ` : ''}${count(total)} ${total === 1 ? 'rule' : 'rules'}`}
            </span>
          </ListFoot>
        </section>
        <Outlet />
      </div>
    </RulesViewContext>
  );
}

function Views({ search, onSearch }: { search: RulesSearch; onSearch: (search: RulesSearch) => void }) {
  const { saved, save, remove } = useSavedFilters('detections');
  return <SavedFilters saved={saved} current={search} onApply={onSearch} onSave={(name) => save(name, { ...search })} onRemove={remove} />;
}

/** `narrowedBy` in words; empty where all rules are asked for. */
function Nothing({ narrowedBy, total, onClear }: { narrowedBy: string; total: number; onClear: () => void }) {
  if (narrowedBy !== '' && total > 0) {
    return (
      <EmptyState
        icon={<IconSearchOff size={28} aria-hidden />}
        title="No rule matches"
        text={`None of ${count(total)} ${total === 1 ? 'rule' : 'rules'} fits ${narrowedBy}.`}
        action={
          <Button variant="default" onClick={onClear}>
            Show all rules
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title="No rule watches yet"
      text="Write one here, or start Picket with a folder of Sigma rules: picket serve --rules FOLDER."
      action={
        <Button component={Link} to="/detections/write">
          Write a rule
        </Button>
      }
    />
  );
}
