#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http_server/http.h"
#include "onepassword_simulator/random.h"
#include "onepassword_simulator/stream_kind.h"

namespace picket::onepassword_simulator {

/// What goes wrong with one answer. Parts combine: a page can be shuffled, gzipped and cut. README.md
/// explains each.
struct FaultAction {
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds date_skew{0};

  std::optional<int> status;
  http_server::Fields headers;
  std::optional<std::string> body;
  std::string content_type;

  std::string paging;  ///< how the page or its cursor lies
  std::uint64_t paging_n = 0;
  std::string page;                ///< what is wrong with the page's frame
  std::string mutate;              ///< what is wrong with a record
  std::int64_t mutate_record = 0;  ///< which one; -1: all

  std::string gzip;
  std::uint64_t gzip_bytes = 0;
  std::string connection;  ///< close, reset, hang: no answer at all
  std::optional<std::int64_t> cut_body_at, cut_head_at;
  bool reset = false;  ///< a cut ends in a TCP reset
  std::int64_t length_delta = 0;
  std::uint64_t drip_bytes = 0;
  std::chrono::milliseconds drip_every{0};
  bool drip_head = false;
  bool endless = false;
  std::uint64_t huge_bytes = 0;

  bool on_the_wire() const;  ///< needs a raw answer
};

struct FaultRule {
  enum class Phase { kAny, kStart, kGoOn };
  std::string name;
  std::string path;  ///< substring of the request's path; empty: any
  std::uint32_t account_from = 0, account_to = 0xffffffff;
  Phase phase = Phase::kAny;
  std::uint64_t from = 1;   ///< first request it may hit, counted among those that match
  std::uint64_t every = 1;  ///< then every so many
  std::uint64_t count = 0;  ///< at most so many times; 0: for ever
  double probability = 1;
  FaultAction action;

  std::uint64_t matched = 0, fired = 0;
};

struct FaultContext {
  std::string_view path;
  std::optional<std::uint32_t> account;  ///< nothing: the token is unknown
  FaultRule::Phase phase = FaultRule::Phase::kAny;
};

/// Rules from JSON:
/// {"seed":1,"rules":[{"path":"auditevents","probability":0.3,"count":5,"action":{"status":503}}]}. Errors
/// name the rule and the key: an unknown key or value is one.
Result<std::vector<FaultRule>> parse_fault_rules(std::string_view json, std::uint64_t& seed);

/// The plan in force. The first rule that fires decides. Threads: any.
class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed) : random_(seed) {}

  Status set(std::string_view json, bool append);
  struct Hit {
    std::string rule;
    FaultAction action;
  };
  std::optional<Hit> match(const FaultContext& context);
  std::string state_json() const;
  std::uint64_t fired() const;

 private:
  mutable std::mutex mutex_;
  Sequence random_;
  std::vector<FaultRule> rules_;
  std::uint64_t fired_ = 0;
};

}  // namespace picket::onepassword_simulator
