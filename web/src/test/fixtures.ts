import type { Device, Plugin, Relationships, Session, StreamStatus } from '@/api/types';

/** Things as the server sends them: for tests and for the gallery. */

export function problem(status: string, code: string, detail: string, pointer?: string) {
  return { errors: [{ status, code, title: code, detail, ...(pointer ? { source: { pointer } } : {}) }] };
}

export const session: Session = {
  user: { id: 'u1', email: 'ana@example.test', display_name: 'Ana Ruiz', actor_id: 'a1', preferences: {} },
  organization: { id: 'o1', name: 'Northwind' },
  role: 'organization_admin',
  csrf_token: 'csrf-1',
  expires_at: '2030-01-01T00:00:00.000Z',
  server: {
    version: '0.1.0',
    egress_addresses: ['203.0.113.7'],
    feedback_address: 'mailto:picket@example.test',
    public_url: null,
    time: new Date().toISOString(),
  },
};

export function makeStream(over: Partial<StreamStatus> = {}): StreamStatus {
  return {
    stream: 'auditevents',
    title: 'Audit events',
    level: 'ok',
    code: 'receiving',
    sentence: 'Receiving.',
    last_successful_poll_at: new Date().toISOString(),
    last_data_received_at: null,
    newest_event_at: null,
    next_poll_at: null,
    events_24h: 10,
    events_total: 100,
    events_unreadable: 0,
    consecutive_failures: 0,
    last_error: null,
    backfill: null,
    start_time: '2026-10-25T10:00:00.000Z',
    ...over,
  };
}

export function leadsTo(type: string, id: string): Relationships[string] {
  return { links: { related: `/api/v2/${type}/${id}` }, data: { type, id }, meta: { readOnly: true } };
}

export function makeDevice(id: string, name: string, over: Partial<Device['attributes']> = {}, version = 1): Device {
  return {
    type: 'security_devices',
    id,
    attributes: {
      name,
      location: 'Oslo',
      plugin_slug: '1password',
      device_type: 'CLOUD',
      device_spec: { server: 'https://events.1password.com' },
      status: 'healthy',
      is_verifying_status: false,
      status_details: {
        level: 'ok',
        code: 'receiving',
        sentence: 'Receiving. Newest event 40 s ago.',
        since: '2026-11-01T10:00:00.000Z',
        streams: [makeStream(), makeStream({ stream: 'itemusages', title: 'Item usage events', events_24h: 5 })],
      },
      status_updated_at: '2026-11-01T10:00:00.000Z',
      paused: false,
      last_successful_poll_at: '2026-11-22T10:00:00.000Z',
      last_data_received_at: null,
      newest_event_at: null,
      next_poll_at: null,
      events_24h: 15,
      bytes_total: 4096,
      usual_24h: null,
      credential: {
        last_four: 'x9Qk',
        fingerprint: 'b1f409aa',
        expires_at: null,
        issued_at: null,
        features: ['auditevents', 'itemusages'],
        account_uuid: 'NZQDG4W5',
        server: 'events.1password.com',
        replaced_at: '2026-11-01T10:00:00.000Z',
      },
      created_at: '2026-11-01T10:00:00.000Z',
      updated_at: '2026-11-01T10:00:00.000Z',
      deleted_at: null,
      has_console_credentials: false,
      has_two_factor_secret: false,
      no_alert_threshold_hours: null,
      properties: {},
      start_time: '2026-10-25T10:00:00.000Z',
      task_source: 'EXPEL_TASKPOOL',
      ...over,
    },
    relationships: {
      created_by: leadsTo('actors', 'a1'),
      updated_by: leadsTo('actors', 'a1'),
    },
    meta: { version },
  };
}

export const ana = { type: 'actors', id: 'a1', attributes: { display_name: 'Ana Ruiz' } };

export const plugin: Plugin = {
  type: 'plugins',
  id: 'p1',
  attributes: {
    plugin_slug: '1password',
    display_name: '1Password',
    company_name: '1Password',
    vendor_name: '1Password',
    vendor_type: 'SAAS',
    description: 'Events of a 1Password Business account.',
    logo: '/api/v2/plugins/p1/logo',
    logo_image_url: '/api/v2/plugins/p1/logo',
    active: true,
    assembler_dependency: null,
    assembler_for_console_only: false,
    current_status: 0,
    depends_on: [],
    extra: {},
    hide_console_login: false,
    internal_only: false,
    is_investigative_tech: false,
    onboarding_doc_url: null,
    organization_id: null,
    service_offerings: [],
    sfa_integration_slug: null,
    show_display_name_with_logo: true,
    tasks: [],
    version: null,
    device_spec_json: {
      fields: [
        {
          name: 'api_token',
          path: 'secrets.device_info.api_token',
          label: 'API token',
          type: 'secret',
          required: true,
          help: 'Shown once by 1Password.',
          inspect: true,
        },
        {
          name: 'server',
          path: 'device_spec.server',
          label: 'Server address',
          type: 'choice',
          required: true,
          help: 'Where the account lives.',
          choices: [
            { value: 'https://events.1password.com', label: '1Password.com' },
            { value: 'https://events.1password.eu', label: '1Password.eu' },
          ],
        },
      ],
      guide: {
        title: 'Create the 1Password token',
        before: ['You must have admin permissions in 1Password.'],
        steps: [{ text: 'Select the events to report:', items: ['Audit events'] }],
      },
      backfill: { default_days: 7, max_days: 120 },
    },
  },
  relationships: {},
  meta: { version: 1 },
};
