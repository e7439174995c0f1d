import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { rawQuery } from '@/data/events/events';
import { factsIn, firstPart, targetTypeOf, type RecordFacts } from '@/data/events/record';
import type { EventRow } from '@/data/events/types';

export interface Facts extends RecordFacts {
  /** The record is on its way. */
  waits: boolean;
}

/** What the record of an event tells; the panel fetches it anyway. Of a record too long to be fetched whole nothing is told. */
export function useFacts({ id, stream }: EventRow): Facts {
  const { data, isPending } = useQuery(rawQuery(id, firstPart));
  return useMemo(() => {
    const facts = factsIn(stream, data?.complete ? data.text : '');
    return { ...facts, targetType: facts.targetType ?? targetTypeOf(stream), waits: isPending };
  }, [stream, data, isPending]);
}
