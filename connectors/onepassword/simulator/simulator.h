#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "onepassword_simulator/generator.h"
#include "onepassword_simulator/quota.h"
#include "onepassword_simulator/tokens.h"

namespace picket::onepassword_simulator {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  std::string tls_cert_file = {}, tls_key_file = {};

  std::uint64_t seed = 1;
  std::uint64_t events = 1000;         ///< that each stream of each account holds at the start
  std::chrono::hours history{6 * 24};  ///< over which they are spread, up to the start
  double rate = 0;                     ///< new events a second in each account, its streams together
  unsigned accounts = 1;
  std::string audience = "events.1password.com";  ///< `aud[0]` of the tokens

  std::chrono::milliseconds latency{0};  ///< before each answer
  Quota::Limits quota = {};
  Variety variety = {};
  bool rate_limit_headers = false;  ///< RateLimit-* on answers, Retry-After on 429
  bool second_error_shape = false;  ///< {"status":401,"message":"unauthorized"}
  bool fresh_idle_cursor = false;   ///< an empty page brings another cursor than the one sent

  std::string faults_file = {};  ///< plan of faults, JSON
  std::string ledger_file = {};
  Clock* clock = nullptr;  ///< null: the machine's
};

/// What the simulator has done so far.
struct Counters {
  std::uint64_t requests = 0;  ///< to the Events API, introspection included
  std::uint64_t answers_200 = 0, answers_400 = 0, answers_401 = 0, answers_429 = 0, answers_other = 0;
  std::uint64_t pages = 0, events_sent = 0;
  std::uint64_t faults_fired = 0;
};

/// A 1Password account (or many) with an Events API, on a port of its own.
/// Place: `picket sim onepassword`, `picket demo`, and every test of the connector. Threads: any method from
/// any thread. Failure: `start` says what is wrong with the options; the control methods say what is wrong
/// with their input.
class Simulator {
 public:
  static Result<std::unique_ptr<Simulator>> start(Options options);
  ~Simulator();

  std::string base_url() const;
  std::uint16_t port() const;
  /// The token that the account was given at the start.
  std::string token(unsigned account = 0) const;
  std::string account_uuid(unsigned account = 0) const;
  unsigned accounts() const;

  /// What the control endpoints do, without the network: `control("POST", "/_sim/events",
  /// R"({"stream":"auditevents","count":5})")`. Returns the answer's JSON, or the error that would be
  /// answered.
  Result<std::string> control(std::string_view method, std::string_view path, std::string_view body = "{}");
  /// Replaces the plan of faults.
  Status set_faults(std::string_view plan_json);
  std::string issue_token(const TokenSpec& spec);
  Status revoke_token(std::string_view token);
  /// Changes the living stream; 0 freezes what exists.
  void set_rate(double events_per_second);
  /// Events that exist now in one stream of one account, duplicates included.
  std::uint64_t events(StreamKind stream, unsigned account = 0) const;
  Counters counters() const;

  void stop();

 private:
  struct Impl;
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace picket::onepassword_simulator
