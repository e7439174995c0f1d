import { useState } from 'react';
import { ApiError } from '@/api/client';
import type { FormField } from '@/api/types';
import { complaint, type Errors, placeProblems, type Values } from './schema';

export interface SchemaForm {
  fields: FormField[];
  values: Values;
  /** What to show under each field: complaints only after the field was left, the server's at once. */
  errors: Errors;
  /** The server's complaint about the whole. */
  formError: string | null;
  touched: (path: string) => boolean;
  set: (path: string, value: string, byPerson?: boolean) => void;
  leave: (path: string) => void;
  refuse: (path: string, sentence: string | null) => void;
  /** Shows all complaints; true when there are none. */
  check: (only?: (field: FormField) => boolean) => boolean;
  fail: (error: unknown) => void;
  clearFailure: () => void;
}

export interface SchemaFormOptions {
  onChange?: (values: Values) => void;
  /** A further complaint, for rules that the dialect cannot say. */
  judge?: (field: FormField, value: string) => string | null;
}

export function useSchemaForm(fields: FormField[], initial: Values, options: SchemaFormOptions = {}): SchemaForm {
  const judge = (field: FormField): string | null => {
    const value = values[field.path] ?? '';
    return complaint(field, value) ?? options.judge?.(field, value) ?? null;
  };
  const [values, setValues] = useState(initial);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  /** Refused by what was read from the value itself: stays until the value changes. */
  const [refused, setRefused] = useState<Errors>({});
  /** Said by the server about the last attempt: the next attempt is free again. */
  const [served, setServed] = useState<Errors>({});
  const [formError, setFormError] = useState<string | null>(null);

  const errors: Errors = {};
  for (const field of fields) {
    const text = refused[field.path] ?? served[field.path] ?? (left.has(field.path) ? judge(field) : null);
    if (text !== null) errors[field.path] = text;
  }
  const refuse = (path: string, sentence: string | null): void => {
    setRefused(({ [path]: _, ...rest }) => (sentence === null ? rest : { ...rest, [path]: sentence }));
  };

  return {
    fields,
    values,
    errors,
    formError,
    touched: (path) => changed.has(path),
    set: (path, value, byPerson = true) => {
      setValues((before) => {
        const next = { ...before, [path]: value };
        options.onChange?.(next);
        return next;
      });
      if (byPerson) setChanged((before) => new Set(before).add(path));
      refuse(path, null);
      setServed(({ [path]: _, ...rest }) => rest);
    },
    leave: (path) => {
      setLeft((before) => (before.has(path) ? before : new Set(before).add(path)));
    },
    refuse,
    check: (only = () => true) => {
      const checked = fields.filter(only);
      setLeft((before) => new Set([...before, ...checked.map((field) => field.path)]));
      return checked.every(
        (field) => refused[field.path] === undefined && judge(field) === null,
      );
    },
    fail: (error) => {
      if (error instanceof ApiError) {
        const placed = placeProblems(error.problems, fields);
        setServed((before) => ({ ...before, ...placed.errors }));
        setFormError(placed.rest.length > 0 ? placed.rest.join(' ') : null);
      } else {
        setFormError(error instanceof Error ? error.message : String(error));
      }
    },
    clearFailure: () => {
      setFormError(null);
      setServed({});
    },
  };
}
