#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"
#include "control/control.h"
#include "fleet/fleet.h"
#include "http_server/router.h"
#include "ingest/ingest.h"
#include "store/event_store.h"
#include "watch/watch.h"

/// The public API and the door of the console: docs/api.md is the contract, schemas/openapi.yaml its
/// machine-readable form.
namespace picket::api {

/// A file of the console, member by member as in console/assets.h. Everything lives for ever (it is
/// embedded).
struct Asset {
  std::string_view path;  ///< "/assets/index-3f2a.js", "/index.html"
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip_bytes;  ///< empty: not worth it
  std::string_view etag;        ///< of `bytes`, with quotes
  bool immutable = false;       ///< the name carries a hash of the content
};

struct Parts {
  Clock& clock;
  control::Control& control;
  store::EventStore& store;
  ingest::Ingest& ingest;
  const connector::Registry& connectors;
  watch::Watch& watch;
};

struct Options {
  std::string version;
  std::string public_url;                     ///< "" when unknown; https makes cookies Secure
  std::vector<std::string> egress_addresses;  ///< what the guide of a technology shows
  std::string feedback_address;               ///< mailto: or https:; "" = none
  std::vector<std::string> extra_servers;     ///< allowed at start beside the connectors' own
  /// Who may read /metrics beside loopback: numeric addresses.
  std::vector<std::string> metrics_addresses;
  /// Calls that wait for a vendor (tests of a connection, up to 20 s each) at the same time; the next is
  /// answered with 429. At most half of the server's handler threads, so that everybody else is still
  /// answered.
  std::ptrdiff_t vendor_calls_at_once = 4;
  std::vector<Asset> assets;  ///< empty: a sentence page stands for the console
  /// Empty: ready. Else why not, in a sentence. Asked on every /readyz.
  std::function<std::string()> not_ready;
};

/// Place: app makes one, mounts it on the server's router and destroys it after the server has stopped and
/// before the parts it uses. Threads: handlers run on the server's; one thread of its own feeds the live
/// feed, and up to four run searches. Failure: never throws; every error is answered as JSON.
class Api {
 public:
  Api(const Parts& parts, Options options);
  ~Api();

  /// Adds every route. Call once.
  void mount(http_server::Router& router);
  /// Ends every open stream (live feed, searches). Call when the server begins to stop.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Headers that every answer carries, also those the server makes itself (bad requests, 404): for
/// ServerOptions::default_headers.
http_server::Fields security_headers(bool https);

}  // namespace picket::api
