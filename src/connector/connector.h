#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"
#include "http_client/client.h"
#include "model/event.h"

/// The connector SDK: what a vendor's folder implements. Connectors do no I/O of their own: a `StreamReader`
/// says the next request and reads its answer, so that one loop can wait for thousands of vendors and every
/// fault is a plain test.
namespace picket::connector {

/// Where a stream has been read to; opaque text of the vendor. Never parsed, no length limit, saved only
/// after the events before it are durable.
using Cursor = std::string;

/// One page as received. Records are slices of `*body`, so a page can be moved without their moving.
struct Page {
  std::shared_ptr<const std::string> body;
  std::vector<std::string_view> records;
  std::optional<Cursor> next;  ///< absent: the old cursor stays in force
  bool more = false;
  /// Something the vendor did that is not an error but should be seen (empty cursor in a 200, null items).
  std::string warning;
};

/// What a reader knows of its device. Pointers outlive the reader.
struct DeviceContext {
  std::string device_id;
  std::string device_spec;  ///< JSON object text, non-secret settings
  const crypto::Secret* secrets =
      nullptr;  ///< JSON object text of the device_info secrets; null = none stored
};

/// Reads one stream of one device. Pure apart from its own members; never used by two threads at once.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// The request for the next page. Without a cursor: start at `since`.
  virtual Result<http_client::Request> request(const std::optional<Cursor>& cursor, TimePoint since) = 0;
  /// Reads the answer to it. Errors: kUnauthorized, kForbidden, kNotFound, kRateLimited (retry_after),
  /// kUnavailable, kProtocol, kTooLarge; kInvalidInput when the vendor refused our cursor (start again from a
  /// time).
  virtual Result<Page> read(http_client::Response response) = 0;
};

/// Turns a record into an event view. One instance a thread (it owns a parser and scratch memory). Pure: the
/// same bytes give the same view. Views are valid until the next `reset`.
class Normaliser {
 public:
  virtual ~Normaliser() = default;
  virtual void reset() = 0;
  /// Never fails: what cannot be read comes back with `unreadable` set and time = `received_at`.
  virtual model::EventView normalise(std::string_view stream, std::string_view record,
                                     TimePoint received_at) = 0;
  /// The event as an OCSF document (JSON text).
  virtual Result<std::string> to_ocsf(std::string_view stream, std::string_view record) = 0;
};

struct Check {
  std::string name;        ///< token, address, connection, authorization, or a stream
  std::optional<bool> ok;  ///< absent: not reached
  std::string code;
  std::string sentence;
};

/// What a credential says of itself (never trusted for decisions of security), or what the vendor answered.
struct CredentialFacts {
  std::string server;  ///< proposed base URL; empty when unknown
  std::string account_uid;
  std::vector<std::string> features;  ///< streams it may read
  std::optional<TimePoint> issued_at, expires_at;
  std::string last_four;
  std::string fingerprint;  ///< short digest, to compare two without seeing either
};

struct TestResult {
  bool ok = false;
  std::string code;
  std::string sentence;
  std::vector<Check> checks;
  CredentialFacts facts;
  std::chrono::milliseconds duration{0};
};

struct StreamInfo {
  std::string name;   ///< auditevents
  std::string title;  ///< Audit events
  /// What detection rules call the stream: a rule's `logsource` of this product, and of this or no service, watches it.
  std::string product{}, service{};
};

/// A file of detection rules (Sigma) that comes with a connector. Views into the program: they live for ever.
struct RuleText {
  std::string_view file;  ///< vault_export.yml, without a folder; unique in its connector
  std::string_view text;
};

/// Everything the house knows of a technology. One object for the process; immutable; threads: any.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual const std::string& slug() const = 0;   ///< "1password"
  virtual const std::string& title() const = 0;  ///< "1Password"
  virtual const std::string& vendor_name() const = 0;
  virtual const std::string& device_type() const = 0;    ///< CLOUD, …
  virtual const std::string& manifest_json() const = 0;  ///< plug-in attributes of the API
  virtual const std::string& form_json() const = 0;      ///< form dialect, see connector/README.md
  virtual std::string_view logo_svg() const = 0;
  virtual std::span<const StreamInfo> streams() const = 0;
  virtual std::span<const std::string> servers()
      const = 0;  ///< base URLs it may call, unless the administrator allows more

  /// The rules we ship for this technology, by file name; none by default. Reading them is `detect`'s matter.
  virtual std::span<const RuleText> rules() const { return {}; }

  /// The paths of OCSF values that documents of a stream can have (Normaliser::to_ocsf), as rules may name them: none that is also a
  /// path of the vendor's own records, which come first. Sorted; views into the program.
  virtual std::span<const std::string_view> ocsf_names(std::string_view /*stream*/) const { return {}; }

  /// Checks device_spec (JSON object text); errors carry `field`. `extra_servers` are those allowed at start.
  virtual Status validate(std::string_view device_spec, std::span<const std::string> extra_servers) const = 0;
  /// Reads a credential without the network. kForbidden with the reason when it is recognised as one of another kind: it
  /// may open more than a log, so it is neither stored nor sent. kInvalidInput when it cannot be read; the vendor judges.
  virtual Result<CredentialFacts> inspect(const crypto::Secret& secrets) const = 0;
  /// Talks to the vendor and names exactly what is wrong. Blocks up to 20 s.
  virtual TestResult test(http_client::Client& client, const DeviceContext& device,
                          std::stop_token stop) const = 0;
  /// Asks the vendor which account and which streams a credential has. Errors as StreamReader::read.
  virtual Result<CredentialFacts> introspect(http_client::Client& client, const DeviceContext& device,
                                             std::stop_token stop) const = 0;
  /// The one sentence and code for a failure of this vendor's streams, given what the credential says of
  /// itself (expired, feature missing, other region): "Not authorised since …" is composed by fleet, the
  /// cause comes from here.
  struct Explanation {
    std::string code;
    std::string sentence;
  };
  virtual Explanation explain(const Error& error, std::string_view stream, const CredentialFacts& claims,
                              std::string_view device_spec, TimePoint now) const = 0;

  virtual Result<std::unique_ptr<StreamReader>> reader(const DeviceContext& device,
                                                       std::string_view stream) const = 0;
  virtual std::unique_ptr<Normaliser> normaliser() const = 0;
};

/// All built-in connectors in a fixed order (made by the list in connectors/CMakeLists.txt).
class Registry {
 public:
  explicit Registry(std::vector<std::unique_ptr<Connector>> connectors)
      : connectors_(std::move(connectors)) {}
  const Connector* find(std::string_view slug) const;
  const std::vector<std::unique_ptr<Connector>>& all() const { return connectors_; }

 private:
  std::vector<std::unique_ptr<Connector>> connectors_;
};

/// Defined by generated code in the `connectors` library.
std::unique_ptr<Registry> make_registry();

}  // namespace picket::connector
