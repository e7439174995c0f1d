#pragma once

#include <memory>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <string>

#include "api/auth.h"
#include "api/engine.h"
#include "api/resources.h"
#include "runtime/thread_pool.h"
#include "store/event_store.h"

namespace picket::api {

/// What of an event is written besides its fields. Without `raw` the attribute is null.
struct EventParts {
  bool ocsf = false;
  bool raw = true;
};

/// What a request asks of the event store.
struct EventQuery {
  store::Query query;
  store::FindOptions find;
  bool nothing = false;  ///< the filters exclude everything (another organization)
  EventParts parts;
  bool with_device = false;  ///< include=security_device
};

/// Reads filters, sort, paging and flags of the events API. Up to 200 devices come on top of `limits.filters`.
/// Hostile input.
Answer<EventQuery> read_event_query(const http_server::Fields& parameters, const Scope& scope,
                                    const QueryLimits& limits = {});

/// Appends a cell of a CSV file (RFC 4180, UTF-8) without what stands between cells. A cell that a spreadsheet would
/// take for a formula gets a leading apostrophe.
void append_csv_cell(std::string& out, std::string_view text);

/// Whether the whole of `text` is one JSON value in valid UTF-8, at most 256 levels deep.
bool is_json(std::string_view text);

/// Events are many: their lists go straight to the store instead of through the engine's rows.
/// Threads: any. Searches run on four threads of their own and exports on two, so that they never hold up the rest
/// of the API.
class EventCalls {
 public:
  using Request = http_server::Request;
  using Reply = Answer<http_server::Response>;

  EventCalls(const Parts& parts, const Plugins& plugins, const Catalogue& catalogue);

  Reply list(const Caller& caller, const Request& request);
  Reply get(const Caller& caller, const Request& request);
  Reply raw(const Caller& caller, const Request& request);
  Reply versions(const Caller& caller, const Request& request);
  Reply device(const Caller& caller, const Request& request);
  Reply counts(const Caller& caller, const Request& request);
  Reply search(const Caller& caller, const Request& request);
  /// A download of many events; the third at a time is answered with 429.
  Reply download(const Caller& caller, const Request& request);
  void stop();

 private:
  Answer<store::StoredEvent> event_of(const Caller& caller, const Request& request) const;
  void write_event(codec::JsonWriter& out, const store::StoredEvent& event, EventParts parts) const;
  Value ocsf_of(const store::StoredEvent& event) const;
  Answer<void> write_devices(codec::JsonWriter& out, const Scope& scope,
                             const std::vector<store::StoredEvent>& events) const;
  void run_search(const EventQuery& query, const std::shared_ptr<http_server::Stream>& stream,
                  std::stop_token cancelled) const;
  struct Export;
  void run_export(Export& asked, const std::shared_ptr<http_server::Stream>& stream) const;

  Parts parts_;
  const Plugins& plugins_;
  const Catalogue& catalogue_;
  std::stop_source stopping_;
  std::shared_ptr<std::counting_semaphore<>> export_slots_;  ///< shared with the answers that hold one
  runtime::ThreadPool searches_, exports_;
};

}  // namespace picket::api
