import classes from '@/gallery/gallery.module.css';
import { sheet } from '@/gallery/story';
import { AddFilter, FilterChips } from './FilterBar';
import type { FilterField } from './filters';
import { SavedFilters } from './SavedFilters';

const fields: FilterField[] = [
  { key: 'status', label: 'Status', choices: [{ value: 'unhealthy', label: 'Unhealthy', count: 4 }, { value: 'attention', label: 'Needs attention', count: 12_345 }, { value: 'healthy', label: 'Healthy', count: 0 }] },
  { key: 'location', label: 'Location', choices: ['Oslo', 'القاهرة', '🏢', 'W'.repeat(120)].map((value) => ({ value, label: value })) },
  { key: 'actor', label: 'Actor', placeholder: 'ana@example.test' },
];
const nothing = (): void => undefined;
const done = (): Promise<void> => Promise.resolve();
const chips = (values: Record<string, string>) => () => (
  <div className={classes.wide}>
    <FilterChips fields={fields} values={values} onChange={nothing} onClear={nothing} />
  </div>
);

export default [
  sheet('Filters', {
    'one': chips({ status: 'unhealthy' }),
    'not': chips({ status: '!healthy' }),
    'two of them': chips({ status: 'unhealthy,attention', actor: 'ana@example.test' }),
    'many values': chips({ location: 'Oslo,القاهرة,🏢,Berlin,Lisbon' }),
    'a value without end': chips({ location: 'W'.repeat(120) }),
    'right to left': chips({ location: '!القاهرة', actor: '*خزنة*' }),
    'something beside them': () => (
      <FilterChips fields={fields} values={{}} onChange={nothing} onClear={nothing}>
        <button type="button">3 new</button>
      </FilterChips>
    ),
    'to add one': () => <AddFilter fields={fields} values={{}} onChange={nothing} />,
    'saved: nothing to save': () => <SavedFilters saved={[]} current={{}} onApply={nothing} onSave={done} onRemove={done} />,
    'saved: this view': () => <SavedFilters saved={[{ name: 'What needs me', search: { status: 'unhealthy' } }]} current={{ status: 'unhealthy' }} onApply={nothing} onSave={done} onRemove={done} />,
    'saved: a long name': () => <SavedFilters saved={[{ name: 'Every device that was silent since the company was bought last summer', search: { q: 'x' } }]} current={{ q: 'x' }} onApply={nothing} onSave={done} onRemove={done} />,
  }),
];
