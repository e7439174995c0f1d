import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { FormField, Inspection, Secrets } from '@/api/types';
import { inspectCredential } from '@/data/plugins/plugins';
import { bodyOf } from '@/forms/schema';
import type { SchemaForm } from '@/forms/useSchemaForm';

export interface InspectionState {
  inspection: Inspection | null;
  pending: boolean;
  error: Error | null;
}

/**
 * Reads a credential as soon as it is in its field: proposes what follows from it, refuses a wrong kind at the field.
 * The credential goes to our own server only, and leaves the browser's memory with the form.
 */
export function useInspection(slug: string, form: SchemaForm): InspectionState {
  const field = form.fields.find((one) => one.inspect === true && one.type === 'secret');
  const typed = field ? (form.values[field.path] ?? '') : '';
  const [settled] = useDebouncedValue(typed, 200);
  const { data, error, isFetching } = useQuery({
    queryKey: ['inspect', slug, settled],
    queryFn: async ({ signal }) => {
      const body = bodyOf(field ? [field] : [], { [field?.path ?? '']: settled });
      return inspectCredential(slug, (body['secrets'] ?? {}) as Secrets, signal);
    },
    enabled: field !== undefined && settled !== '',
    gcTime: 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  const current = data !== undefined && settled === typed && settled !== '' && !isFetching ? data : null;
  const { set, refuse, touched, values, fields } = form;
  const proposed = useRef(new Map<string, string>());
  useEffect(() => {
    if (current === null || !field) return;
    if (!current.ok) {
      refuse(field.path, current.sentence);
      return;
    }
    for (const [name, value] of Object.entries(current.proposals)) {
      const target = fields.find((one) => one.name === name);
      if (!target) continue;
      // Only an empty field is filled, or what an earlier proposal filled in: a chosen or stored value stays.
      const now = values[target.path] ?? '';
      const ours = now === '' || (now === proposed.current.get(target.path) && !touched(target.path));
      if (!ours || now === value) continue;
      const offered = target.type !== 'choice' || target.choices?.some((choice) => choice.value === value);
      if (offered) {
        proposed.current.set(target.path, value);
        set(target.path, value, false);
      }
    }
    // Once for each answer: later changes are the person's own.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current]);
  return {
    inspection: current,
    pending: typed !== '' && current === null && error === null,
    error: typed === '' ? null : error,
  };
}

export function secretField(fields: FormField[]): FormField | undefined {
  return fields.find((field) => field.type === 'secret' && field.inspect === true);
}
