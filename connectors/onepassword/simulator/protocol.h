#pragma once

#include <optional>
#include <string>

#include "http_server/http.h"
#include "http_server/router.h"
#include "onepassword_simulator/vendor.h"
#include "onepassword_simulator/wire.h"

/// Internal to this module.
namespace picket::onepassword_simulator {

class PageText;

/// How far back the vendor gives events.
inline constexpr std::chrono::hours kHorizon{120 * 24};

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
  /// A request that may be answered with a page.
  struct Asked {
    StreamKind kind;
    ApiVersion version;
    const TokenRecord& token;
    CursorState state;  ///< what the request asks for
    const FaultAction* fault;
    std::string_view rule;

    std::string_view paging() const {
      return fault != nullptr ? std::string_view(fault->paging) : std::string_view();
    }
    std::uint64_t n(std::uint64_t preset) const {
      return fault != nullptr && fault->paging_n > 0 ? fault->paging_n : preset;
    }
  };

  http_server::Response introspect(const http_server::Request& request, ApiVersion version);
  http_server::Response stream(const http_server::Request& request, StreamKind kind, ApiVersion version);
  http_server::Response answer_stream(const http_server::Request& request, StreamKind kind,
                                      ApiVersion version, const std::optional<Query>& query,
                                      const FaultAction* fault, std::string_view rule);
  std::optional<http_server::Response> gate(const http_server::Request& request,
                                            std::optional<TokenRecord>& token, http_server::Fields& headers);
  std::optional<CursorState> state_of(const Query& query, StreamKind kind, ApiVersion version,
                                      const TokenRecord& token);
  // paging.cc
  http_server::Response page(Asked asked);
  void skip(Asked& asked, std::uint64_t size);
  EventLog::Window window_of(const Asked& asked) const;
  CursorState next_state(const Asked& asked, const EventLog::Rendered& rendered, std::uint64_t size,
                         bool& more);
  static void repeat_end(const EventLog& log, ApiVersion version, const EventLog::Window& window,
                         PageText& text, EventLog::Rendered& rendered);
  void mutate(const Asked& asked, const EventLog& log, const EventLog::Rendered& rendered, PageText& text);
  void write_ledger(const Asked& asked, const EventLog::Rendered& rendered, bool more);

  http_server::Response error(int status) const;
  http_server::Response deliver(http_server::Response response, const std::optional<FaultPlan::Hit>& hit);

  static std::optional<Query> parse_query(std::string_view body);

  Vendor& vendor_;
  Wire& wire_;
};

}  // namespace picket::onepassword_simulator
