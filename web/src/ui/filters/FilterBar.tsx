import { Button, CloseButton, Popover, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, memo, type ReactNode, useState } from 'react';
import { IconChevronRight, IconFilter, IconSearch, IconX } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useKey } from '@/ui/useKey';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { type Filter, type FilterField, filterText, filterWords, parseFilter } from './filters';
import classes from './filters.module.css';

export interface FilterBarProps {
  fields: FilterField[];
  /** The filters as they stand in the address, by the field's key. */
  values: Partial<Record<string, string>>;
  /** A new text for the address; undefined takes the filter away. */
  onChange: (key: string, text: string | undefined) => void;
}

/** Esc closes the topmost thing only; what listens on the page must not hear it. */
export function keepEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}

/** The button that adds a filter; `f` opens it. */
export function AddFilter({ fields, values, onChange }: FilterBarProps) {
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<FilterField | null>(null);
  const change = (next: boolean): void => {
    setOpened(next);
    if (next) setChosen(null);
  };
  useKey('f', () => {
    change(true);
  }, 'Add a filter');
  const dropdown = useMountedFirst(opened);
  return (
    <Popover opened={dropdown.opened} onChange={change} position="bottom-start" trapFocus returnFocus width={260} shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          aria-keyshortcuts="f"
          onClick={() => {
            change(!opened);
          }}
        >
          Filter
        </Button>
      </Popover.Target>
      {dropdown.mounted && (
        <Popover.Dropdown p={6} onKeyDown={keepEscape}>
          {chosen === null ? (
            <ul className={classes.fields}>
              {fields.map((field) => (
                <li key={field.key}>
                  <button
                    type="button"
                    className={classes.option}
                    onClick={() => {
                      setChosen(field);
                    }}
                  >
                    <span className={classes.grow}>{field.label}</span>
                    <IconChevronRight size={14} aria-hidden />
                  </button>
                </li>
              ))}
            </ul>
          ) : (
            <FilterEditor
              field={chosen}
              text={values[chosen.key]}
              onChange={(text) => {
                onChange(chosen.key, text);
              }}
              onDone={() => {
                setOpened(false);
              }}
            />
          )}
        </Popover.Dropdown>
      )}
    </Popover>
  );
}

interface FilterChipsProps extends FilterBarProps {
  /** Takes all filters away in one change of the address. */
  onClear: () => void;
  children?: ReactNode;
}

/** The filters in force, in words; nothing when there are none. */
export const FilterChips = memo(function FilterChips({ fields, values, onChange, onClear, children }: FilterChipsProps) {
  const active = fields.flatMap((field) => {
    const filter = parseFilter(values[field.key]);
    return filter ? [{ field, filter }] : [];
  });
  if (active.length === 0 && !children) return null;
  return (
    <div className={classes.chips} role="group" aria-label="Filters">
      {active.map(({ field, filter }) => (
        <FilterChip
          key={field.key}
          field={field}
          filter={filter}
          text={values[field.key]}
          onChange={(text) => {
            onChange(field.key, text);
          }}
        />
      ))}
      {active.length > 1 && (
        <button
          type="button"
          className={classes.clear}
          onClick={onClear}
        >
          Clear filters
        </button>
      )}
      {children}
    </div>
  );
});

function FilterChip(props: {
  field: FilterField;
  filter: Filter;
  text: string | undefined;
  onChange: (text: string | undefined) => void;
}) {
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  const words = filterWords(props.field, props.filter);
  const sentence = `${words.label} ${words.verb} ${words.value}`;
  return (
    <Popover opened={dropdown.opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus width={260} shadow="md">
      <span className={classes.chip}>
        <Popover.Target>
          <button
            type="button"
            className={classes.words}
            title={`${sentence}. Change it`}
            onClick={() => {
              setOpened(!opened);
            }}
          >
            {words.label} <span className="pk-muted">{words.verb}</span> <strong>{words.value}</strong>
          </button>
        </Popover.Target>
        <button
          type="button"
          className={classes.remove}
          aria-label={`Remove filter: ${sentence}`}
          onClick={() => {
            props.onChange(undefined);
          }}
        >
          <IconX size={13} aria-hidden />
        </button>
      </span>
      {dropdown.mounted && (
        <Popover.Dropdown p={6} onKeyDown={keepEscape}>
          <FilterEditor
            field={props.field}
            text={props.text}
            onChange={props.onChange}
            onDone={() => {
              setOpened(false);
            }}
          />
        </Popover.Dropdown>
      )}
    </Popover>
  );
}

interface EditorProps {
  field: FilterField;
  text: string | undefined;
  onChange: (text: string | undefined) => void;
  onDone: () => void;
}

function FilterEditor(props: EditorProps) {
  const { field } = props;
  const given = parseFilter(props.text);
  // "is" or "is not" can be chosen before the first value is.
  const [not, setNot] = useState(given?.not ?? false);
  const set = (values: string[], turned = not): void => {
    props.onChange(filterText({ not: turned, values }));
  };
  const values = given?.values ?? [];
  const verbs = [field.verb ?? 'is', field.notVerb ?? 'is not'];
  return (
    <div className={classes.editor}>
      <div className={classes.editorHead}>
        <span className={classes.editorTitle}>{field.label}</span>
        {field.notVerb === null ? (
          <span className="pk-muted">{verbs[0]}</span>
        ) : (
          <span className={classes.verbs} role="group" aria-label="Compare">
            {verbs.map((verb, index) => (
              <button
                key={verb}
                type="button"
                aria-pressed={not === (index === 1)}
                onClick={() => {
                  setNot(index === 1);
                  set(values, index === 1);
                }}
              >
                {verb}
              </button>
            ))}
          </span>
        )}
      </div>
      {field.choices ? (
        <Choices field={field} values={values} onChange={set} onDone={props.onDone} />
      ) : (
        <Typed field={field} values={values} onChange={set} onDone={props.onDone} />
      )}
    </div>
  );
}

interface ValuesProps {
  field: FilterField;
  values: string[];
  onChange: (values: string[]) => void;
  onDone: () => void;
}

const mostShown = 60;

function Choices({ field, values, onChange, onDone }: ValuesProps) {
  const [find, setFind] = useState('');
  const choices = field.choices ?? [];
  // A value of the address that nothing has any more can still be taken away.
  const gone = values.filter((value) => !choices.some((choice) => choice.value === value));
  const all = [...gone.map((value) => ({ value, label: value, count: 0 })), ...choices];
  const wanted = find.trim().toLowerCase();
  const found = wanted === '' ? all : all.filter((choice) => choice.label.toLowerCase().includes(wanted));
  const toggle = (value: string): void => {
    if (field.single) {
      onChange(values.includes(value) ? [] : [value]);
      onDone();
    } else {
      onChange(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
    }
  };
  return (
    <>
      {all.length > 8 && (
        <TextInput
          size="xs"
          aria-label={`Search ${field.label}`}
          placeholder="Search"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={find}
          data-autofocus
          onChange={(event) => {
            setFind(event.currentTarget.value);
          }}
        />
      )}
      <ul className={classes.choices}>
        {found.slice(0, mostShown).map((choice) => (
          <li key={choice.value}>
            <label className={classes.option}>
              <input
                type="checkbox"
                checked={values.includes(choice.value)}
                onChange={() => {
                  toggle(choice.value);
                }}
              />
              <span className={classes.grow} title={choice.label}>
                <bdi>{choice.label}</bdi>
              </span>
              {choice.count !== undefined && <span className="pk-muted pk-num">{count(choice.count)}</span>}
            </label>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.note}>Nothing is called so.</p>}
      {found.length > mostShown && <p className={classes.note}>And {count(found.length - mostShown)} more: search for them.</p>}
    </>
  );
}

function Typed({ field, values, onChange, onDone }: ValuesProps) {
  const [text, setText] = useState(field.single ? (values[0] ?? '') : '');
  const [complaint, setComplaint] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const value = text.trim();
    if (value === '') {
      if (field.single) onChange([]);
      onDone();
      return;
    }
    const wrong = field.check?.(value) ?? null;
    setComplaint(wrong);
    if (wrong !== null) return;
    onChange(field.single ? [value] : [...values.filter((one) => one !== value), value]);
    onDone();
  };
  return (
    <form className={classes.typed} onSubmit={submit}>
      {!field.single &&
        values.map((value) => (
          <div key={value} className={classes.value}>
            <bdi>{value}</bdi>
            <CloseButton
              size="xs"
              aria-label={`Remove ${value}`}
              onClick={() => {
                onChange(values.filter((one) => one !== value));
              }}
            />
          </div>
        ))}
      <TextInput
        size="xs"
        data-autofocus
        aria-label={field.label}
        placeholder={field.placeholder ?? ''}
        value={text}
        error={complaint}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
      />
      <Button type="submit" size="xs">
        Apply
      </Button>
    </form>
  );
}
