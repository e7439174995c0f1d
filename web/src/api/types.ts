/** Shapes of docs/api.md as the console uses them. */

export type IsoTime = string;

export interface ResourceId {
  type: string;
  id: string;
}

export interface Resource<A, T extends string = string> {
  type: T;
  id: string;
  attributes: A;
  relationships?: Record<string, { data?: ResourceId | ResourceId[] | null; links?: { related?: string } }>;
  meta?: { version?: number | string };
}

export interface ListAnswer<R> {
  data: R[];
  included?: Resource<Record<string, unknown>>[];
  meta?: { page?: { offset?: number; limit?: number; total?: number } };
  links?: { next?: string | null };
}

export interface OneAnswer<R> {
  data: R;
  included?: Resource<Record<string, unknown>>[];
}

export interface Session {
  user: { id: string; email: string; display_name: string | null; actor_id: string };
  organization: { id: string; name: string };
  role: string;
  csrf_token: string;
  expires_at: IsoTime;
  server: {
    version: string;
    egress_addresses: string[];
    feedback_address: string | null;
    public_url: string | null;
    time: IsoTime;
  };
}

export type Level = 'ok' | 'warning' | 'error' | 'verifying' | 'paused';

export interface StreamStatus {
  stream: string;
  title: string;
  level: Level;
  code: string;
  sentence: string;
  last_successful_poll_at: IsoTime | null;
  last_data_received_at: IsoTime | null;
  newest_event_at: IsoTime | null;
  next_poll_at: IsoTime | null;
  events_24h: number;
  events_total: number;
  consecutive_failures: number;
  last_error: { code: string; message: string; at: IsoTime } | null;
  backfill: {
    from: IsoTime;
    reached: IsoTime | null;
    percent: number;
    events_per_second: number;
    seconds_left: number | null;
  } | null;
  start_time: IsoTime | null;
}

export interface StatusDetails {
  level: Level;
  code: string;
  sentence: string;
  since: IsoTime | null;
  streams: StreamStatus[];
}

export interface Credential {
  last_four: string | null;
  fingerprint: string | null;
  expires_at: IsoTime | null;
  issued_at: IsoTime | null;
  features: string[];
  account_uuid: string | null;
  server: string | null;
  replaced_at: IsoTime | null;
}

export interface DeviceAttributes {
  name: string;
  location: string | null;
  plugin_slug: string | null;
  device_type: string;
  device_spec: Record<string, unknown> | null;
  status: 'healthy' | 'unhealthy' | 'health_checks_not_supported' | null;
  is_verifying_status: boolean;
  status_details: StatusDetails | null;
  status_updated_at: IsoTime | null;
  paused: boolean;
  last_successful_poll_at: IsoTime | null;
  last_data_received_at: IsoTime | null;
  newest_event_at: IsoTime | null;
  next_poll_at: IsoTime | null;
  events_24h: number;
  credential: Credential | null;
  created_at: IsoTime;
  updated_at: IsoTime;
  deleted_at: IsoTime | null;
}
export type Device = Resource<DeviceAttributes, 'security_devices'>;

export type HistoryKind = 'created' | 'settings' | 'secret' | 'health' | 'reread' | 'deleted';
export interface HistoryAttributes {
  action: 'CREATED' | 'UPDATED' | 'UPDATED_SECRETS' | 'DELETED';
  created_at: IsoTime;
  value: {
    kind?: HistoryKind | string;
    sentence?: string;
    before?: Record<string, unknown> | null;
    after?: Record<string, unknown> | null;
  } | null;
}
export type HistoryRow = Resource<HistoryAttributes, 'security_device_histories'>;

export interface FormField {
  name: string;
  /** Where the value goes in the body of POST /api/v2/security_devices, dots between members. */
  path: string;
  label: string;
  type: 'secret' | 'choice' | 'text' | 'date';
  required?: boolean;
  help?: string | null;
  placeholder?: string | null;
  pattern?: string | null;
  pattern_message?: string | null;
  choices?: { value: string; label: string }[] | null;
  default?: string | null;
  inspect?: boolean;
}

export interface DeviceSpecForm {
  fields: FormField[];
  guide?: { title?: string; before?: string[]; steps?: { text: string; items?: string[] | null }[] } | null;
  backfill?: { default_days: number; max_days: number } | null;
}

export interface PluginAttributes {
  plugin_slug: string;
  display_name: string;
  company_name: string | null;
  vendor_name: string | null;
  vendor_type: string | null;
  description: string | null;
  logo_image_url: string | null;
  active: boolean;
  device_spec_json: DeviceSpecForm;
}
export type Plugin = Resource<PluginAttributes, 'plugins'>;

export interface Inspection {
  ok: boolean;
  code: string;
  sentence: string;
  server: string | null;
  features: string[];
  expires_at: IsoTime | null;
  issued_at: IsoTime | null;
  account_uuid: string | null;
  proposals: Record<string, string>;
}

export interface Check {
  name: string;
  ok: boolean | null;
  code: string;
  sentence: string;
}

export interface TestResult {
  ok: boolean;
  code: string;
  sentence: string;
  checks: Check[];
  server: string | null;
  account_uuid: string | null;
  features: string[];
  expires_at: IsoTime | null;
  duration_ms: number;
}

export interface RereadCost {
  start_time: IsoTime;
  requests: number;
  seconds: number;
  sentence: string;
}
