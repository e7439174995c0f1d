import type { Device } from '@/api/types';

type Details = NonNullable<Device['attributes']['status_details']>;

/** What a device says, for where it is cut: where some streams work and one does not, what that one says; its whole sentence begins with the others. */
export function faultFirst(details: Details | null): string {
  if (details === null) return '';
  const { streams, sentence } = details;
  const fault = streams.find((one) => one.level === 'error') ?? streams.find((one) => one.level === 'warning');
  if (fault === undefined || streams.every((one) => one.level === fault.level)) return sentence;
  return fault.sentence.startsWith(fault.title) ? fault.sentence : `${fault.title}: ${fault.sentence}`;
}
