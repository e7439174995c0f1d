#include "onepassword_simulator/vendor.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace picket::onepassword_simulator {
namespace {

/// How the living stream divides among audit events, item usages and sign-in attempts.
constexpr std::array<double, kStreams> kShare = {0.5, 0.35, 0.15};

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorKind::kInvalidInput, fmt::format("The fault plan \"{}\" cannot be read.", path));
  return text.str();
}

}  // namespace

Vendor::Vendor(const Options& options)
    : clock_(options.clock != nullptr ? *options.clock : system_clock()),
      settings_{.rate = options.rate,
                .latency = options.latency,
                .rate_limit_headers = options.rate_limit_headers,
                .second_error_shape = options.second_error_shape,
                .fresh_idle_cursor = options.fresh_idle_cursor},
      tokens_(options.seed, options.audience),
      quota_(options.quota),
      faults_(options.seed),
      cursors_(options.seed) {}

Result<std::unique_ptr<Vendor>> Vendor::make(const Options& options) {
  if (options.accounts == 0 || options.accounts > 100'000)
    return fail(ErrorKind::kInvalidInput, "The number of simulated accounts must be 1 to 100000.");
  if (options.events > 1'000'000'000 || options.rate < 0 || options.rate > 1e6)
    return fail(ErrorKind::kInvalidInput,
                "At most 1000000000 events a stream and 1000000 new ones a second can be simulated.");
  std::unique_ptr<Vendor> vendor(new Vendor(options));
  if (!options.faults_file.empty()) {
    PICKET_ASSIGN(const std::string plan, read_file(options.faults_file));
    PICKET_TRY(vendor->faults_.set(plan, false));
  }
  if (!options.ledger_file.empty()) {
    PICKET_ASSIGN(vendor->ledger_, Ledger::open(options.ledger_file));
  }
  vendor->make_accounts(options);
  vendor->write_backlog();
  return vendor;
}

void Vendor::make_accounts(const Options& options) {
  const TimePoint start = clock_.now();
  const auto timeline =
      std::make_shared<const Timeline>(mix(options.seed), options.events, start, options.history);
  for (unsigned number = 0; number < options.accounts; ++number) {
    auto account = std::make_unique<Account>();
    account->uuid = Company::account_uuid_for(options.seed, number);
    account->integration_uuid = Company::integration_uuid_for(options.seed, number);
    account->generator = std::make_shared<const Generator>(options.seed, number, timeline, options.variety);
    for (std::size_t i = 0; i < kStreams; ++i) {
      account->logs[i] = std::make_unique<EventLog>(account->generator, static_cast<StreamKind>(i));
      account->logs[i]->advance(start, options.rate * kShare[i]);
    }
    accounts_.push_back(std::move(account));
    first_tokens_.push_back(issue({.account = number, .expires_in = {}, .audience = {}}));
  }
}

void Vendor::write_backlog() {
  if (!ledger_) return;
  for (unsigned number = 0; number < account_count(); ++number)
    for (std::size_t i = 0; i < kStreams; ++i) {
      const auto kind = static_cast<StreamKind>(i);
      const EventLog::Watcher write = [this, number, kind](std::uint64_t position, const std::string& uuid,
                                                           std::string_view record) {
        ledger_->event("event", number, kind, position, uuid, record);
      };
      accounts_[number]->logs[i]->for_each(write);
      accounts_[number]->logs[i]->watch(write);
    }
  ledger_->flush();
}

TimePoint Vendor::now() const {
  return clock_.now() + settings().clock_skew;
}

Settings Vendor::settings() const {
  const std::lock_guard lock(settings_mutex_);
  return settings_;
}

EventLog& Vendor::log(unsigned account, StreamKind stream) {
  EventLog& log = *accounts_[account]->logs[index_of(stream)];
  const Settings set = settings();
  log.advance(clock_.now(), set.rate * kShare[index_of(stream)], set.clock_skew);
  return log;
}

void Vendor::set_rate(double rate) {
  // what was due under the old rate comes to exist first
  for (unsigned number = 0; number < account_count(); ++number)
    for (std::size_t i = 0; i < kStreams; ++i) log(number, static_cast<StreamKind>(i));
  change_settings([rate](Settings& set) { set.rate = rate; });
  for (unsigned number = 0; number < account_count(); ++number)
    for (std::size_t i = 0; i < kStreams; ++i) log(number, static_cast<StreamKind>(i));
  if (ledger_) ledger_->flush();
}

void Vendor::count_answer(int status) {
  ++requests_;
  const std::lock_guard lock(answers_mutex_);
  ++answers_[status];
}

void Vendor::count_page(std::uint64_t events) {
  ++pages_;
  events_sent_ += events;
}

std::map<int, std::uint64_t> Vendor::answers() const {
  const std::lock_guard lock(answers_mutex_);
  return answers_;
}

Counters Vendor::counters() const {
  Counters out;
  out.requests = requests_;
  out.pages = pages_;
  out.events_sent = events_sent_;
  out.faults_fired = faults_.fired();
  for (const auto& [status, count] : answers()) {
    std::uint64_t& bucket = status == 200   ? out.answers_200
                            : status == 400 ? out.answers_400
                            : status == 401 ? out.answers_401
                            : status == 429 ? out.answers_429
                                            : out.answers_other;
    bucket += count;
  }
  return out;
}

std::string Vendor::issue(const TokenSpec& spec) {
  const Account& account = *accounts_[spec.account];
  return tokens_.issue(spec, account.uuid, account.integration_uuid, now());
}

}  // namespace picket::onepassword_simulator
