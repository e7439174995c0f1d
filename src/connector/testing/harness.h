#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"

/// What a connector's tests are built from: a simulated vendor behind a handle, and a driver that reads a
/// stream from it as the program does, page for page.
namespace picket::connector {

/// A simulated vendor, made for one test. The suite speaks to it only through this.
class SimulatorHandle {
 public:
  virtual ~SimulatorHandle() = default;
  virtual std::string base_url() const = 0;      ///< http://127.0.0.1:PORT
  virtual std::string device_spec() const = 0;   ///< settings of a device that reads from it
  virtual std::string secrets_json() const = 0;  ///< a good credential
  virtual std::string canary() const = 0;        ///< text of the credential that must appear nowhere
  /// New events at the end of a stream, in order of arrival.
  virtual void append(std::string_view stream, int count) = 0;
  /// The vendor's ids of all events of a stream, in order of arrival.
  virtual std::vector<std::string> ledger(std::string_view stream) const = 0;
  /// From now on every answer has this fault (names: kFaults, and empty_page, clock_skew, hang). Empty: none.
  virtual void inject(std::string_view fault) = 0;
  /// Requests seen so far, as "METHOD path".
  virtual std::vector<std::string> requests() const = 0;
};

struct FaultCase {
  std::string_view name;
  ErrorKind expected;
  /// retry_after of the error: bounds in seconds, or none at all.
  std::optional<std::pair<int, int>> wait;
};

inline constexpr FaultCase kFaults[] = {
    {"unauthorized", ErrorKind::kUnauthorized, {}},
    {"forbidden", ErrorKind::kForbidden, {}},
    {"not_found", ErrorKind::kNotFound, {}},
    {"rate_limited", ErrorKind::kRateLimited, {}},
    {"rate_limited_17", ErrorKind::kRateLimited, {{17, 17}}},
    {"rate_limited_0", ErrorKind::kRateLimited, {}},
    {"rate_limited_negative", ErrorKind::kRateLimited, {}},
    {"rate_limited_huge", ErrorKind::kRateLimited, {{3600, 3600}}},
    {"rate_limited_date", ErrorKind::kRateLimited, {{20, 40}}},
    {"error_500", ErrorKind::kUnavailable, {}},
    {"error_503", ErrorKind::kUnavailable, {}},
    {"redirect", ErrorKind::kProtocol, {}},
    {"no_content", ErrorKind::kProtocol, {}},
    {"html", ErrorKind::kProtocol, {}},
    {"malformed", ErrorKind::kProtocol, {}},
    {"cut", ErrorKind::kConnect, {}},
    {"cut_before_answer", ErrorKind::kConnect, {}},
    {"huge", ErrorKind::kTooLarge, {}},
};

/// What the suite is run on.
struct Subject {
  std::string name;
  std::function<std::unique_ptr<Connector>()> connector;
  std::function<std::unique_ptr<SimulatorHandle>()> simulator;
  std::string testdata;  ///< folder with <stream>/<case>.json and <case>.expected.json
};

/// Reads one stream as the program does.
class StreamDriver {
 public:
  StreamDriver(const Connector& connector, const SimulatorHandle& simulator, std::string stream);

  Result<Page> page(const std::optional<Cursor>& cursor, std::stop_token stop = {});
  /// Pages until there is no more. `cursors` gets the cursor after each page.
  Result<std::vector<std::string>> drain(std::optional<Cursor> cursor,
                                         std::vector<Cursor>* cursors = nullptr);
  std::vector<std::string> uids(const Page& page);
  /// How many records of a page the normaliser cannot read.
  std::ptrdiff_t unreadable(const Page& page);
  http_client::Client& client() { return *client_; }
  const DeviceContext& device() const { return device_; }

 private:
  std::string stream_;
  crypto::Secret secrets_;
  DeviceContext device_;
  std::unique_ptr<http_client::Client> client_;
  std::unique_ptr<StreamReader> reader_;
  std::unique_ptr<Normaliser> normaliser_;
};

}  // namespace picket::connector
