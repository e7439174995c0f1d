#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "onepassword_simulator/cursor.h"
#include "onepassword_simulator/event_log.h"
#include "onepassword_simulator/faults.h"
#include "onepassword_simulator/ledger.h"
#include "onepassword_simulator/quota.h"
#include "onepassword_simulator/simulator.h"
#include "onepassword_simulator/tokens.h"

/// Internal to this module.
namespace picket::onepassword_simulator {

/// Things that a test may change while the simulator runs.
struct Settings {
  double rate = 0;
  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds clock_skew{0};
  bool rate_limit_headers = false;
  bool second_error_shape = false;
  bool fresh_idle_cursor = false;
};

struct Account {
  std::string uuid, integration_uuid;
  std::atomic<std::uint32_t> cursor_epoch{0};
  std::shared_ptr<const Generator> generator;
  std::array<std::unique_ptr<EventLog>, kStreams> logs;
};

/// The vendor's side of everything: accounts with their streams, tokens, allowance, cursors, faults, ledger.
/// Threads: any.
class Vendor {
 public:
  static Result<std::unique_ptr<Vendor>> make(const Options& options);

  /// Its own clock, which a test may set wrong.
  TimePoint now() const;
  SteadyPoint steady() const { return clock_.steady(); }

  unsigned account_count() const { return static_cast<unsigned>(accounts_.size()); }
  Account& account(unsigned number) { return *accounts_[number]; }
  /// The stream as it is now.
  EventLog& log(unsigned account, StreamKind stream);

  Settings settings() const;
  template <typename Change>
  void change_settings(Change change) {
    const std::lock_guard lock(settings_mutex_);
    change(settings_);
  }
  void set_rate(double rate);

  void count_answer(int status);
  void count_page(std::uint64_t events);
  Counters counters() const;
  std::map<int, std::uint64_t> answers() const;

  TokenBook& tokens() { return tokens_; }
  Quota& quota() { return quota_; }
  FaultPlan& faults() { return faults_; }
  const CursorCodec& cursors() const { return cursors_; }
  Ledger* ledger() { return ledger_.get(); }
  const std::string& first_token(unsigned account) const { return first_tokens_[account]; }
  std::string issue(const TokenSpec& spec);
  std::uint64_t fresh_number() { return ++nonce_; }

 private:
  explicit Vendor(const Options& options);
  void make_accounts(const Options& options);
  void write_backlog();

  Clock& clock_;
  mutable std::mutex settings_mutex_;
  Settings settings_;
  TokenBook tokens_;
  Quota quota_;
  FaultPlan faults_;
  CursorCodec cursors_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<std::unique_ptr<Account>> accounts_;
  std::vector<std::string> first_tokens_;
  std::atomic<std::uint64_t> requests_{0}, pages_{0}, events_sent_{0}, nonce_{0};
  mutable std::mutex answers_mutex_;
  std::map<int, std::uint64_t> answers_;
};

}  // namespace picket::onepassword_simulator
