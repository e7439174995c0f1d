#pragma once

#include <optional>
#include <string>

#include "http_server/http.h"
#include "http_server/router.h"
#include "onepassword_simulator/vendor.h"
#include "onepassword_simulator/wire.h"

/// Internal to this module.
namespace picket::onepassword_simulator {

/// Answers the Events API as the fact sheet describes it, and as the plan of faults wants it.
/// Threads: any handler thread.
class Protocol {
 public:
  Protocol(Vendor& vendor, Wire& wire) : vendor_(vendor), wire_(wire) {}
  void add_routes(http_server::Router& router);

 private:
  struct Query {
    std::optional<std::string> cursor;
    std::uint16_t limit = 100;
    std::optional<TimePoint> start, end;
  };
  struct Asked;

  http_server::Response introspect(const http_server::Request& request, ApiVersion version);
  http_server::Response stream(const http_server::Request& request, StreamKind kind, ApiVersion version);
  http_server::Response answer_stream(const http_server::Request& request, StreamKind kind,
                                      ApiVersion version, const std::optional<Query>& query,
                                      const FaultAction* fault, std::string_view rule);
  std::optional<http_server::Response> gate(const http_server::Request& request,
                                            std::optional<TokenRecord>& token, http_server::Fields& headers);
  std::optional<CursorState> state_of(const Query& query, StreamKind kind, ApiVersion version,
                                      const TokenRecord& token);
  http_server::Response page(Asked asked);
  std::string next_cursor(const Asked& asked, CursorState next);
  void write_ledger(const Asked& asked, const EventLog::Rendered& rendered, bool more, std::string_view rule);
  http_server::Response error(int status) const;
  http_server::Response deliver(http_server::Response response, const std::optional<FaultPlan::Hit>& hit);

  static std::optional<Query> parse_query(std::string_view body);

  Vendor& vendor_;
  Wire& wire_;
};

}  // namespace picket::onepassword_simulator
