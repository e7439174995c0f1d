#include "watch/cost.h"

#include <ctime>

#include <algorithm>
#include <array>

#include "detect/program.h"
#include "runtime/thread_pool.h"
#include "watch/ocsf.h"

namespace picket::watch {
namespace {
using namespace std::chrono_literals;

constexpr std::size_t kSample = 1000;  ///< events of a stream
constexpr std::size_t kLeast = 20;     ///< fewer say nothing
constexpr int kRounds = 5;             ///< the quickest counts: everything else is other work on the machine
constexpr std::size_t kTries = 1000;   ///< in a round, so that the clock's own grain does not show
constexpr auto kAgain = 1min;
constexpr int kRest = 4;               ///< times as long as it worked

double thread_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Events as a matcher takes them.
struct Tries {
  Tries(const connector::Connector& connector, const std::string& stream, const std::vector<store::StoredEvent>& stored)
      : context(connector, stream), events(stored) {
    for (const auto& event : stored) {
      model::EventView& view = views.emplace_back();
      view.class_uid = event.class_uid;
      view.activity_id = event.activity_id;
      view.outcome = event.outcome;
    }
  }
  OcsfContext context;
  const std::vector<store::StoredEvent>& events;
  std::vector<model::EventView> views;
};

double round_ns(detect::Matcher& matcher, Tries& tries, std::size_t repeats) {
  const double begin = thread_ns();
  for (std::size_t n = 0; n < repeats; ++n)
    for (std::size_t i = 0; i < tries.events.size(); ++i) {
      tries.context.set(tries.events[i].raw, tries.views[i]);
      static_cast<void>(matcher.match(tries.events[i].raw, &tries.context));
    }
  return thread_ns() - begin;
}

/// Of trying the rule on every event once, beyond reading them.
double extra_ns(detect::Matcher& with, detect::Matcher& without, Tries& tries) {
  const std::size_t repeats = std::max<std::size_t>(1, kTries / tries.events.size());
  double least_with = 1e18, least_without = 1e18;
  for (int round = 0; round < kRounds; ++round) {
    least_with = std::min(least_with, round_ns(with, tries, repeats));
    least_without = std::min(least_without, round_ns(without, tries, repeats));
  }
  return std::max(0.0, least_with - least_without) / static_cast<double>(repeats);
}

}  // namespace

CostMeter::CostMeter(const Parts& parts, std::function<void(const std::string&)> measured)
    : parts_(parts), measured_(std::move(measured)), thread_([this](std::stop_token stop) {
        runtime::name_this_thread("rule-cost");
        run(stop);
      }) {}

void CostMeter::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

std::optional<double> CostMeter::known(const std::string& organization_id, const Entry& entry) const {
  const std::lock_guard lock(mutex_);
  const auto found = costs_.find({organization_id, entry.digest});
  return found == costs_.end() ? std::nullopt : std::optional(found->second);
}

void CostMeter::want(const std::string& organization_id, std::shared_ptr<const Book> book) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  Wish& wish = wishes_[organization_id];
  if (wish.waiting || (wish.book == book && wish.tried && now - *wish.tried < kAgain)) return;
  bool all = true;
  for (std::size_t i = 0; i < book->entries().size() && all; ++i)
    all = book->rules().rules()[i].rule.is_correlation() || costs_.contains({organization_id, book->entries()[i].digest});
  if (all) return;
  wish = {std::move(book), std::nullopt, true};
  wake_.notify_all();
}

void CostMeter::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = [this] { return std::find_if(wishes_.begin(), wishes_.end(), [](const auto& wish) { return wish.second.waiting; }); };
    if (!wake_.wait(lock, stop, [&] { return next() != wishes_.end(); })) return;
    const auto wish = next();
    const std::string organization_id = wish->first;
    const auto book = wish->second.book;
    lock.unlock();
    measure(organization_id, *book, stop);
    lock.lock();
    wishes_[organization_id].waiting = false;
    wishes_[organization_id].tried = std::chrono::steady_clock::now();
  }
}

CostMeter::Samples CostMeter::samples(const std::string& organization_id, const Book& book, std::stop_token stop) const {
  Samples out;
  std::map<std::string, std::string> slugs;  // of devices
  for (const auto& connector : parts_.connectors.all())
    for (const auto& stream : connector->streams()) {
      const Book::Service service(stream.product, stream.service);
      if (book.program(service) == nullptr) continue;
      store::Query query;
      query.organization_id = organization_id;
      query.streams = {std::string(stream.name)};
      store::FindOptions options;
      options.limit = kSample;
      options.with_total = false;
      auto found = parts_.store.find(query, options, stop);
      if (!found) continue;
      Sample sample{connector.get(), stream.name, {}};
      for (auto& event : found->events) {
        auto [slug, fresh] = slugs.try_emplace(event.key.device_id);
        if (fresh)
          if (const auto device = parts_.control.device(organization_id, event.key.device_id)) slug->second = device->plugin_slug;
        if (slug->second == connector->slug() && !event.unreadable) sample.events.push_back(std::move(event));
      }
      if (!sample.events.empty()) out[service].push_back(std::move(sample));
    }
  return out;
}

std::optional<double> CostMeter::cost_of(const Book& book, std::uint32_t rule, const Samples& samples) {
  double ns = 0;
  std::size_t events = 0;
  for (const auto& [service, of_service] : samples) {
    auto program = book.program_of(service, {rule});
    if (program->size() == 0) continue;
    detect::Matcher with(std::move(program)), without(book.program_of(service, {}));
    for (const Sample& sample : of_service) {
      Tries tries(*sample.connector, sample.stream, sample.events);
      ns += extra_ns(with, without, tries);
      events += sample.events.size();
    }
  }
  if (events < kLeast) return std::nullopt;
  return ns / static_cast<double>(events);
}

void CostMeter::measure(const std::string& organization_id, const Book& book, std::stop_token stop) {
  const Samples sample = samples(organization_id, book, stop);
  bool news = false;
  std::mutex resting;
  std::condition_variable_any never;
  for (std::uint32_t rule = 0; rule < book.entries().size() && !stop.stop_requested(); ++rule) {
    const std::pair key(organization_id, book.entries()[rule].digest);
    if (book.rules().rules()[rule].rule.is_correlation()) continue;
    {
      const std::lock_guard lock(mutex_);
      if (costs_.contains(key)) continue;
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto cost = cost_of(book, rule, sample);
    if (!cost) continue;
    {
      const std::lock_guard lock(mutex_);
      costs_[key] = *cost;
    }
    news = true;
    std::unique_lock rest(resting);
    never.wait_for(rest, stop, (std::chrono::steady_clock::now() - begin) * kRest, [] { return false; });
  }
  if (news && measured_ && !stop.stop_requested()) measured_(organization_id);
}

}  // namespace picket::watch
